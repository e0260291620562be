// https://docs.gradle.org/current/userguide/dependency_locking.html: "group:artifact:version=" and
// the configurations that use it, one a line; "empty=" lists configurations without dependencies.
// Before Gradle 6.8 each configuration had a file of its own, whose lines end with the version.

#include "portique/inventory/java/gradle_lock.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"

namespace portique::inventory {

namespace {

using base::Code;
using model::PackageScope;

/// Whether a configuration is one of tests or of tools that run while the project is built.
bool is_for_development(std::string_view configuration) {
  static constexpr std::array<std::string_view, 10> kWords{"test",
                                                           "annotationprocessor",
                                                           "kapt",
                                                           "ksp",
                                                           "checkstyle",
                                                           "pmd",
                                                           "spotbugs",
                                                           "jacoco",
                                                           "detekt",
                                                           "ktlint"};
  const std::string lower = base::to_lower(configuration);
  return std::ranges::any_of(kWords, [&](std::string_view word) { return lower.contains(word); });
}

PackageScope scope_of(std::string_view configurations) {
  for (const std::string_view configuration : base::split(configurations, ','))
    if (!is_for_development(base::trim(configuration))) return PackageScope::Runtime;
  return PackageScope::Development;
}

std::optional<model::Package> package_of(std::string_view id) {
  const auto parts = base::split(id, ':');
  if (parts.size() != 3 || !std::ranges::all_of(parts, base::is_word)) return std::nullopt;
  return model::Package{.type = "maven",
                        .ns = std::string(parts[0]),
                        .name = std::string(parts[1]),
                        .version = std::string(parts[2])};
}

void read_lines(const FileContent& file,
                std::string_view text,
                const base::Limits& limits,
                Analysis& analysis) {
  const std::string_view name = file.path().substr(file.path().rfind('/') + 1);
  const bool build_script = name.starts_with("buildscript-");
  // "compileClasspath.lockfile" is the lock file of that configuration alone.
  const std::string_view configuration =
      name.ends_with("gradle.lockfile") ? std::string_view{} : name.substr(0, name.rfind('.'));
  DeclaredPackages declared(file.path(), limits, analysis);
  std::size_t number = 0;
  while (!text.empty()) {
    const std::string_view line = base::trim(base::take_until(text, '\n'));
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const std::size_t equals = line.find('=');
    if (line.substr(0, equals) == "empty") continue;
    auto package = package_of(line.substr(0, equals));
    if (!package || (equals == std::string_view::npos) != !configuration.empty()) {
      if (!issues_are_full(analysis))
        add_issue(analysis,
                  Code::Malformed,
                  fmt::format("line {}: {} is no locked dependency", number, excerpt(line)));
      continue;
    }
    const std::string_view users = configuration.empty() ? line.substr(equals + 1) : configuration;
    package->scope = build_script ? PackageScope::Development : scope_of(users);
    if (!declared.add(std::move(*package))) break;
  }
  declared.finish();
}

} // namespace

Analysis analyze_gradle_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string buffer;
  if (const auto text = file.text(buffer))
    read_lines(file, *text, limits, analysis);
  else
    add_issue(analysis, text.error());
  return analysis;
}

} // namespace portique::inventory
