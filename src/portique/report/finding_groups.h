#pragma once

// Findings as people look at them: by source package, one line a vulnerability, worst first.

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/model/report.h"

namespace portique::report {

/// One vulnerability of a group: findings of several binary packages that agree on severity and
/// fix.
struct GroupRow {
  const model::Finding* finding = nullptr;     ///< any of them; borrowed from the report
  std::vector<const model::Package*> packages; ///< which ones have it; borrowed from the report
};

/// The findings of all binary packages that come from one source package and version.
struct FindingGroup {
  std::string name; ///< of the source package; the kind for findings about no package
  std::string type; ///< purl type, "" for findings about no package
  std::vector<const model::Package*> packages; ///< those with findings, in the report's order
  std::vector<GroupRow> rows;                  ///< worst first
  std::size_t findings = 0;                    ///< a row of two packages stands for two
  std::array<std::size_t, 6> by_severity{};    ///< findings, index: the value of model::Severity
  std::size_t kev = 0;                         ///< findings
};

enum class Counting : std::uint8_t { InForce, Suppressed };

/// Groups the findings that count, or those that are suppressed; the worst group first. The groups
/// borrow from the report.
std::vector<FindingGroup> group_findings(const model::Report& report, Counting counting);

/// The names by which people know the packages, in the same order; a package that lies in several
/// places is named once.
std::vector<std::string> distinct_names(std::span<const model::Package* const> packages);

} // namespace portique::report
