// How Maven's and Gradle's builds fill manifests:
// https://maven.apache.org/shared/maven-archiver/#manifest (Implementation-*),
// https://felix.apache.org/documentation/subprojects/apache-felix-maven-bundle-plugin-bnd.html
// (Bundle-SymbolicName from group and artifact),
// https://www.jenkins.io/doc/developer/plugin-development/ (Group-Id, Short-Name, Plugin-Version).
// Specification-Version is of the standard that an archive implements, or the version cut short,
// and is not asked.

#include "portique/inventory/java/maven_identity.h"

#include <algorithm>
#include <array>

#include "portique/base/text.h"

namespace portique::inventory {

namespace {

/// Whether the text may be an artifact or a group: "spring-core", but not "Spring Core".
bool is_identifier(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return base::is_alnum(c) || c == '.' || c == '-' || c == '_';
  });
}

/// Whether the text reads like a group: two parts at least, each beginning with a small letter.
bool is_group(std::string_view text) {
  if (!is_identifier(text) || !text.contains('.')) return false;
  return std::ranges::all_of(base::split(text, '.'), [](std::string_view part) {
    return !part.empty() && ((part.front() >= 'a' && part.front() <= 'z') || part.front() == '_');
  });
}

/// The first word, if it begins like a version: "1.8.2" of "1.8.2 (build 17)".
std::string_view version_word(std::string_view text) {
  const std::string_view word = text.substr(0, text.find_first_of(" \t,;("));
  if (!base::is_word(word)) return {};
  const std::string_view digits = word.substr(word.front() == 'v' || word.front() == 'V' ? 1 : 0);
  return !digits.empty() && base::is_digit(digits.front()) ? word : std::string_view{};
}

/// A symbolic name without its directives: "org.slf4j.api" of "org.slf4j.api;singleton:=true".
std::string_view symbolic_name(const JarManifest& manifest) {
  const std::string_view name = base::trim(
      manifest.get("Bundle-SymbolicName").substr(0, manifest.get("Bundle-SymbolicName").find(';')));
  return is_identifier(name) ? name : std::string_view{};
}

std::string_view before_last_dot(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : name.substr(0, dot);
}

/// The group in a name that was made of group and artifact, the part in which both overlap left
/// out: "ch.qos.logback.classic" is "ch.qos.logback" for the artifact "logback-classic". "" if the
/// name shows none.
std::string_view group_in(std::string_view name, std::string_view artifact) {
  if (name.empty() || name == artifact) return name.contains('.') ? before_last_dot(name) : name;
  // "logback" of "logback-classic" as a part of the name.
  const std::string_view first = artifact.substr(0, artifact.find('-'));
  for (std::size_t at = name.find(first); at != std::string_view::npos;
       at = name.find(first, at + 1)) {
    const std::size_t end = at + first.size();
    const bool begins = at == 0 || name[at - 1] == '.';
    const bool ends = end == name.size() || name[end] == '.' || name[end] == '-';
    if (end == name.size() && first == artifact) break; // decided below
    if (begins && ends)
      return is_group(name.substr(0, end)) ? name.substr(0, end) : std::string_view{};
  }
  if (!is_group(name)) return {};
  const std::string_view before = before_last_dot(name);
  const std::string_view last = name.substr(before.size() + 1);
  const bool ends_with_artifact = artifact == last || artifact.ends_with("-" + std::string(last));
  return ends_with_artifact && before.contains('.') ? before : name;
}

std::string_view guess_version(const ArchiveName& name, const JarManifest& manifest) {
  if (!name.version.empty()) return name.version;
  for (const std::string_view attribute :
       {"Plugin-Version", "Implementation-Version", "Bundle-Version"})
    if (const auto version = version_word(manifest.get(attribute)); !version.empty())
      return version;
  return {};
}

std::string_view guess_artifact(const ArchiveName& name, const JarManifest& manifest) {
  if (!manifest.get("Group-Id").empty())
    for (const std::string_view attribute : {"Short-Name", "Extension-Name"})
      if (const auto value = manifest.get(attribute); is_identifier(value)) return value;
  if (!name.version.empty()) return name.artifact;
  // The file was renamed, or never had a version in its name.
  if (const auto title = manifest.get("Implementation-Title");
      is_identifier(title) && (title.contains('-') || title == name.stem))
    return title;
  const std::string_view symbolic = symbolic_name(manifest);
  const std::string_view last = symbolic.substr(symbolic.rfind('.') + 1);
  if (last.contains('-')) return last;
  return name.artifact;
}

std::string_view guess_group(std::string_view artifact,
                             std::string_view version,
                             const JarManifest& manifest,
                             std::string_view java_package) {
  if (const auto group = manifest.get("Group-Id"); is_identifier(group)) return group;
  if (const auto group = known_group(artifact, version); !group.empty()) return group;
  if (const auto group = manifest.get("Implementation-Vendor-Id"); is_group(group)) return group;
  for (const std::string_view name :
       {symbolic_name(manifest), manifest.get("Automatic-Module-Name"), java_package})
    if (const auto group = group_in(name, artifact); is_identifier(group)) return group;
  return {};
}

} // namespace

MavenCoordinates guess_coordinates(const ArchiveName& name,
                                   const JarManifest& manifest,
                                   std::string_view java_package) {
  const std::string_view version = guess_version(name, manifest);
  const std::string_view artifact = guess_artifact(name, manifest);
  if (version.empty() || !is_identifier(artifact)) return {};
  return {std::string(guess_group(artifact, version, manifest, java_package)),
          std::string(artifact),
          std::string(version)};
}

} // namespace portique::inventory
