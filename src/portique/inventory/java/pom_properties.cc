// Written by Maven's archiver (https://maven.apache.org/shared/maven-archiver/) in Java's
// properties format: "key=value" lines, comments behind '#' or '!'.

#include "portique/inventory/java/pom_properties.h"

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"

namespace portique::inventory {

namespace {

/// Without the backslashes that Java's writer puts before ':' and '='.
std::string plain_value(std::string_view value) {
  std::string plain;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    plain += value[i];
  }
  return base::is_word(plain) && !plain.contains("${") && !plain.contains('@') ? plain
                                                                               : std::string{};
}

} // namespace

MavenCoordinates read_pom_properties(std::string_view text) {
  MavenCoordinates id;
  while (!text.empty()) {
    const std::string_view line = base::trim(base::take_until(text, '\n'));
    if (line.empty() || line.front() == '#' || line.front() == '!') continue;
    const std::size_t end = line.find_first_of("=: \t");
    if (end == std::string_view::npos) continue;
    const std::string_view key = line.substr(0, end);
    std::string_view value = base::trim(line.substr(end));
    if (!value.empty() && (value.front() == '=' || value.front() == ':'))
      value = base::trim(value.substr(1));
    if (key == "groupId") id.group = plain_value(value);
    if (key == "artifactId") id.artifact = plain_value(value);
    if (key == "version") id.version = plain_value(value);
  }
  return id;
}

Analysis analyze_pom_properties(const FileContent& file, const base::Limits&) {
  Analysis analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  const MavenCoordinates id = read_pom_properties(*text);
  if (id.artifact.empty() || id.version.empty()) {
    add_issue(analysis,
              base::Code::Malformed,
              id.artifact.empty() ? "it names no artifact" : "it names no version");
    return analysis;
  }
  analysis.packages.push_back({.type = "maven",
                               .ns = id.group,
                               .name = id.artifact,
                               .version = id.version,
                               .path = std::string(file.path())});
  return analysis;
}

} // namespace portique::inventory
