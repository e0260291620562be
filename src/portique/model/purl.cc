#include "portique/model/purl.h"

#include <algorithm>

#include "portique/base/text.h"

namespace portique::model {

namespace {

/// RFC 3986 unreserved characters stay, and ':' as the purl specification allows.
bool stays(char c) {
  return base::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~' || c == ':';
}

std::string encode(std::string_view text, bool keep_slash = false) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (stays(c) || (keep_slash && c == '/')) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 0xFU];
    }
  }
  return out;
}

bool lower_case_type(std::string_view type) {
  constexpr std::string_view kTypes[] = {
      "deb", "apk", "alpm", "bitbucket", "composer", "github", "hex", "luarocks", "pypi"};
  return std::ranges::find(kTypes, type) != std::end(kTypes);
}

} // namespace

std::string Purl::text() const {
  const std::string lower_type = base::to_lower(type);
  const bool lower = lower_case_type(lower_type);
  std::string out = "pkg:" + encode(lower_type);
  if (!ns.empty())
    out += "/" + encode(lower || lower_type == "rpm" ? base::to_lower(ns) : ns, true);
  out += "/" + encode(lower ? base::to_lower(name) : name);
  if (!version.empty()) out += "@" + encode(version);
  auto sorted = qualifiers;
  std::ranges::sort(sorted);
  char separator = '?';
  for (const auto& [key, value] : sorted) {
    if (value.empty()) continue;
    out += separator + base::to_lower(key) + "=" + encode(value, true);
    separator = '&';
  }
  if (!subpath.empty()) out += "#" + encode(subpath, true);
  return out;
}

Purl purl_of(const Package& package, const Distro& distro) {
  Purl purl{package.type, package.ns, package.name, package.version, {}, {}};
  if (!is_os_package(package)) return purl;
  if (package.type == "rpm") {
    // The purl's version is VERSION-RELEASE; the epoch is a qualifier.
    if (const std::size_t colon = package.version.find(':'); colon != std::string::npos)
      purl.version = package.version.substr(colon + 1);
    if (package.epoch) purl.qualifiers.emplace_back("epoch", std::to_string(*package.epoch));
    purl.qualifiers.emplace_back("upstream", package.source_rpm);
  } else if (package.source_name != package.name || package.source_version != package.version) {
    std::string upstream = package.source_name;
    if (package.source_version != package.version) upstream += "@" + package.source_version;
    purl.qualifiers.emplace_back("upstream", upstream);
  }
  purl.qualifiers.emplace_back("arch", package.arch);
  if (distro.known())
    purl.qualifiers.emplace_back(
        "distro", distro.version_id.empty() ? distro.id : distro.id + "-" + distro.version_id);
  return purl;
}

} // namespace portique::model
