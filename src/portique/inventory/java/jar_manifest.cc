// JAR file specification, "Manifest specification":
// https://docs.oracle.com/en/java/javase/17/docs/specs/jar/jar.html#jar-manifest
// "Name: value" lines of up to 72 bytes; a line that begins with a blank goes on with the value
// before it; an empty line ends the main section. Sections about single entries are not read.

#include "portique/inventory/java/jar_manifest.h"

#include "portique/base/text.h"

namespace portique::inventory {

namespace {

/// Real manifests have some 30; OSGi lists of packages are long values, not many.
constexpr std::size_t kMostAttributes = 1000;

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find_first_of("\r\n");
  const std::string_view line = rest.substr(0, end);
  if (end == std::string_view::npos) {
    rest = {};
    return line;
  }
  const bool both = rest[end] == '\r' && end + 1 < rest.size() && rest[end + 1] == '\n';
  rest.remove_prefix(end + (both ? 2 : 1));
  return line;
}

} // namespace

JarManifest::JarManifest(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) {
      if (attributes_.empty()) continue;
      return;
    }
    if (line.front() == ' ') {
      if (!attributes_.empty()) attributes_.back().second += line.substr(1);
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    if (attributes_.size() == kMostAttributes) return;
    attributes_.emplace_back(line.substr(0, colon), line.substr(colon + 1));
  }
}

std::string_view JarManifest::get(std::string_view name) const {
  for (const auto& [known, value] : attributes_)
    if (base::equals_ignore_case(known, name))
      return value.contains("${") ? std::string_view{} : base::trim(value);
  return {};
}

} // namespace portique::inventory
