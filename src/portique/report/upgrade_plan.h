#pragma once

// What to do next: the package upgrades that clear the most.

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "portique/model/distro.h"
#include "portique/model/report.h"

namespace portique::report {

/// The upgrade of all binary packages of one source package to its highest fixed version.
struct Upgrade {
  std::string source;
  std::string type;                         ///< purl type: which package manager does it
  std::vector<std::string> packages;        ///< binary packages with fixable findings, sorted
  std::string version;                      ///< the highest of the fixed versions
  std::size_t clears = 0;                   ///< findings
  std::array<std::size_t, 6> by_severity{}; ///< of these, index: the value of model::Severity
  std::size_t kev = 0;                      ///< of these
};

/// One upgrade for each source package that has findings with a fix and in force. Sorted by what
/// they clear: the first k are the best k, for no two of them touch the same finding.
std::vector<Upgrade> plan_upgrades(const model::Report& report);

/// The words of a shell command that upgrades the packages with the distribution's own package
/// manager; empty if it has none that is known. Names that the package manager would not allow are
/// left out: they come from the image and must not become shell code or options.
std::vector<std::string> upgrade_command(const model::Distro& distro,
                                         std::span<const Upgrade> upgrades);

/// The command that upgrades every package; "" if none is known.
std::string upgrade_everything_command(const model::Distro& distro, std::string_view type);

} // namespace portique::report
