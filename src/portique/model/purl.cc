#include "portique/model/purl.h"

#include <algorithm>
#include <cstdint>

#include "portique/base/text.h"
#include "portique/model/purl_types.h"

namespace portique::model {

namespace {

/// RFC 3986 unreserved characters stay, and ':' as the purl specification allows.
bool stays(char c) {
  return base::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~' || c == ':';
}

enum class Slash : std::uint8_t { Encode, Separates };

std::string encode(std::string_view text, Slash slash = Slash::Encode) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (stays(c) || (slash == Slash::Separates && c == '/')) {
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

} // namespace

std::string Purl::text() const {
  Purl normal = *this;
  normalise(normal);
  std::string out = "pkg:" + encode(normal.type);
  if (!normal.ns.empty()) out += "/" + encode(normal.ns, Slash::Separates);
  out += "/" + encode(normal.name);
  if (!normal.version.empty()) out += "@" + encode(normal.version);
  std::ranges::sort(normal.qualifiers);
  char separator = '?';
  for (const auto& [key, value] : normal.qualifiers) {
    if (value.empty()) continue;
    out += separator + base::to_lower(key) + "=" + encode(value);
    separator = '&';
  }
  if (!subpath.empty()) out += "#" + encode(subpath, Slash::Separates);
  return out;
}

std::string purl_namespace_of(const Distro& distro) {
  if (distro.id == "rhel") return "redhat";
  if (distro.id.starts_with("opensuse")) return "opensuse";
  if (distro.id.starts_with("sle") || distro.id.starts_with("sl-")) return "suse";
  return distro.id;
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
  } else if (package.type == "ebuild") {
    // The name is "category/name"; the category is the purl's namespace.
    if (const std::size_t slash = package.name.find('/'); slash != std::string::npos) {
      purl.ns = package.name.substr(0, slash);
      purl.name = package.name.substr(slash + 1);
    }
  } else if (!package.source_name.empty() &&
             (package.source_name != package.name || package.source_version != package.version)) {
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
