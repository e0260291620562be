// "log4j-core-2.17.1.jar", "netty-transport-native-epoll-4.1.100.Final-linux-x86_64.jar",
// "log4j-1.2-api-2.17.1.jar", "guava-31.1-jre.jar", "a-1.0-20230101.120000-1.jar".
// Maven's layout of repositories: https://maven.apache.org/repositories/layout.html

#include "portique/inventory/java/archive_name.h"

#include <algorithm>
#include <array>

#include "portique/base/text.h"

namespace portique::inventory {

namespace {

constexpr std::array<std::string_view, 5> kSureExtensions{"jar", "war", "ear", "jpi", "hpi"};
constexpr std::array<std::string_view, 7> kOtherExtensions{
    "par", "sar", "nar", "kar", "lpkg", "rar", "far"};

template <std::size_t kCount>
bool has_extension(std::string_view name, const std::array<std::string_view, kCount>& extensions) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  return std::ranges::any_of(extensions, [&](std::string_view extension) {
    return base::equals_ignore_case(name.substr(dot + 1), extension);
  });
}

/// Whether a part between dashes belongs to the version before it: "SNAPSHOT", "RC1", "jre".
bool is_qualifier(std::string_view part) {
  static constexpr std::array<std::string_view, 21> kWords{
      "alpha", "beta",    "rc",      "cr",         "m",   "milestone", "snapshot",
      "sp",    "ga",      "final",   "release",    "pre", "b",         "dev",
      "jre",   "android", "preview", "incubating", "ea",  "redhat",    "jbossorg"};
  const std::string_view word = part.substr(0, part.find_first_of("0123456789."));
  return std::ranges::any_of(
      kWords, [&](std::string_view known) { return base::equals_ignore_case(word, known); });
}

bool is_number(std::string_view part) {
  return !part.empty() && base::is_digit(part.front());
}

/// Where the part after the one at `start` begins; npos at the last one.
std::size_t next_part(std::string_view stem, std::size_t start) {
  const std::size_t dash = stem.find('-', start);
  return dash == std::string_view::npos ? dash : dash + 1;
}

std::string_view part_at(std::string_view stem, std::size_t start) {
  return stem.substr(start, stem.find('-', start) - start);
}

/// Where the version begins: at the first number, unless a word that belongs to no version stands
/// between it and a later number ("1.2-api-2.17.1"). npos if there is no number behind a dash.
std::size_t version_start(std::string_view stem) {
  std::size_t found = std::string_view::npos;
  bool word_since = false;
  for (std::size_t at = next_part(stem, 0); at != std::string_view::npos;
       at = next_part(stem, at)) {
    const std::string_view part = part_at(stem, at);
    if (is_number(part)) {
      if (found == std::string_view::npos || word_since) found = at;
      word_since = false;
    } else if (found != std::string_view::npos && !is_qualifier(part)) {
      word_since = true;
    }
  }
  return found;
}

} // namespace

ArchiveName split_archive_name(std::string_view file_name) {
  file_name = file_name.substr(file_name.rfind('/') + 1);
  const std::string_view stem = file_name.substr(0, file_name.rfind('.'));
  ArchiveName name{stem, stem, {}, {}};
  const std::size_t start = version_start(stem);
  if (start == std::string_view::npos || start < 2) return name;
  std::size_t end = start + part_at(stem, start).size();
  while (end < stem.size()) {
    const std::string_view part = part_at(stem, end + 1);
    if (!is_number(part) && !is_qualifier(part)) break;
    end += 1 + part.size();
  }
  name.artifact = stem.substr(0, start - 1);
  name.version = stem.substr(start, end - start);
  if (end < stem.size()) name.classifier = stem.substr(end + 1);
  return name;
}

bool is_java_archive_name(std::string_view name) {
  return has_extension(name, kSureExtensions) || has_extension(name, kOtherExtensions);
}

bool is_surely_java_archive_name(std::string_view name) {
  return has_extension(name, kSureExtensions);
}

} // namespace portique::inventory
