// The grammar of image references is that of github.com/distribution/reference (reference.go and
// normalize.go), whose rules Docker, podman and containerd share:
//   [host[:port]/]path[:tag][@digest]

#include "portique/image/reference.h"

#include <algorithm>
#include <utility>

#include "portique/base/text.h"

namespace portique::image {

using base::Code;
using base::fail;

namespace {

constexpr std::string_view kDockerHub = "docker.io";
constexpr std::size_t kNameBytes = 255;
constexpr std::size_t kTagBytes = 128;
constexpr std::size_t kReferenceBytes = 1024;

bool is_lower_or_digit(char c) {
  return base::is_digit(c) || (c >= 'a' && c <= 'z');
}

bool is_host_label(std::string_view label) {
  return !label.empty() && base::is_alnum(label.front()) && base::is_alnum(label.back()) &&
         std::ranges::all_of(label, [](char c) { return base::is_alnum(c) || c == '-'; });
}

bool is_ipv6(std::string_view host) {
  if (!host.starts_with('[') || !host.ends_with(']') || host.size() < 4) return false;
  host = host.substr(1, host.size() - 2);
  return std::ranges::all_of(host, [](char c) {
    return base::is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
           c == '.';
  });
}

bool is_port(std::string_view port) {
  const auto number = base::parse_int<std::uint32_t>(port);
  return number && *number > 0 && *number <= 65535 && base::is_digit(port.front());
}

bool is_registry(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  std::string_view host = text;
  if (colon != std::string_view::npos && !text.ends_with(']')) {
    if (!is_port(text.substr(colon + 1))) return false;
    host = text.substr(0, colon);
  }
  if (host.starts_with('[')) return is_ipv6(host);
  return std::ranges::all_of(base::split(host, '.'), is_host_label);
}

/// A path component: runs of [a-z0-9], joined by one '.', by one or two '_', or by any number of
/// '-'.
bool is_component(std::string_view text) {
  if (text.empty() || !is_lower_or_digit(text.front()) || !is_lower_or_digit(text.back()))
    return false;
  for (std::size_t i = 0; i < text.size();) {
    if (is_lower_or_digit(text[i])) {
      ++i;
      continue;
    }
    const char separator = text[i];
    const std::size_t end = text.find_first_not_of(separator, i);
    const std::size_t length = end - i;
    if (separator != '.' && separator != '_' && separator != '-') return false;
    if (separator == '.' && length != 1) return false;
    if (separator == '_' && length > 2) return false;
    if (!is_lower_or_digit(text[end])) return false;
    i = end;
  }
  return true;
}

bool is_tag(std::string_view tag) {
  const auto is_word = [](char c) { return base::is_alnum(c) || c == '_'; };
  return !tag.empty() && tag.size() <= kTagBytes && is_word(tag.front()) &&
         std::ranges::all_of(tag, [&](char c) { return is_word(c) || c == '.' || c == '-'; });
}

std::unexpected<base::Error> refuse(std::string_view text, std::string why) {
  return fail(Code::InvalidArgument,
              "'" + base::printable(text) + "' is no image reference: " + std::move(why));
}

bool is_hex_id(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, [](char c) {
           return base::is_digit(c) || (c >= 'a' && c <= 'f');
         });
}

/// Whether the part before the first slash names a registry rather than a folder of Docker Hub.
bool names_registry(std::string_view part) {
  return part.find_first_of(".:[") != std::string_view::npos || part == "localhost" ||
         std::ranges::any_of(part, [](char c) { return c >= 'A' && c <= 'Z'; });
}

base::Result<void> check_repository(std::string_view text, const Reference& reference) {
  const std::string& path = reference.repository;
  if (path.empty()) return refuse(text, "it names no repository");
  if (std::ranges::any_of(path, [](char c) { return c >= 'A' && c <= 'Z'; }))
    return refuse(text,
                  "it is written in lower case; did you mean '" + base::to_lower(text) + "'?");
  for (const std::string_view component : base::split(path, '/'))
    if (!is_component(component))
      return refuse(text,
                    "'" + base::printable(component) +
                        "' is no part of a repository's name (lower-case letters and digits, "
                        "joined by '.', '_', '__' or '-')");
  if (reference.name().size() > kNameBytes)
    return refuse(text, "its name is longer than " + std::to_string(kNameBytes) + " characters");
  return {};
}

base::Result<void> check_no_url(std::string_view text) {
  if (text.empty()) return fail(Code::InvalidArgument, "the image reference is empty");
  if (text.size() > kReferenceBytes)
    return refuse(text.substr(0, 64), "it is longer than any reference can be");
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos)
    return refuse(text,
                  "it is a URL; leave out '" + base::printable(text.substr(0, scheme + 3)) + "'");
  return {};
}

} // namespace

std::string Reference::text() const {
  std::string written = name();
  if (!tag.empty()) written += ":" + tag;
  if (!digest.empty()) written += "@" + digest.text();
  return written;
}

std::string Reference::host() const {
  return registry == kDockerHub ? "registry-1.docker.io" : registry;
}

bool is_docker_hub(std::string_view registry) {
  return registry == kDockerHub || registry == "index.docker.io" ||
         registry == "registry-1.docker.io";
}

base::Result<Reference> parse_reference(std::string_view text) {
  PQ_TRY(check_no_url(text));
  if (is_hex_id(text))
    return refuse(text, "it is an image id, which only an engine knows; use a name");
  Reference reference;
  std::string_view rest = text;
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    auto digest = base::Digest::parse(rest.substr(at + 1));
    if (!digest)
      return refuse(text, "behind '@' stands a digest, sha256: and 64 hexadecimal digits");
    reference.digest = std::move(*digest);
    rest = rest.substr(0, at);
  }
  // A colon behind the last slash is the tag's, one before it the port's.
  const std::size_t slash = rest.rfind('/');
  const std::size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    reference.tag = rest.substr(colon + 1);
    if (!is_tag(reference.tag))
      return refuse(text,
                    "the tag '" + base::printable(reference.tag) +
                        "' is not of letters, digits, '_', '.' and '-', at most 128");
    rest = rest.substr(0, colon);
  }
  const std::size_t first_slash = rest.find('/');
  if (first_slash == std::string_view::npos || !names_registry(rest.substr(0, first_slash))) {
    reference.registry = kDockerHub;
    reference.repository = rest;
  } else {
    reference.registry = rest.substr(0, first_slash);
    reference.repository = rest.substr(first_slash + 1);
    if (!is_registry(reference.registry))
      return refuse(text,
                    "'" + base::printable(reference.registry) +
                        "' is no registry's host, as in registry.example or localhost:5000");
  }
  if (reference.registry == "index.docker.io") reference.registry = kDockerHub;
  if (reference.registry == kDockerHub && !reference.repository.contains('/'))
    reference.repository.insert(0, "library/");
  PQ_TRY(check_repository(text, reference));
  if (reference.tag.empty() && reference.digest.empty()) reference.tag = "latest";
  return reference;
}

} // namespace portique::image
