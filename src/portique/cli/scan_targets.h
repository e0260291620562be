#pragma once

// Scans one target or many, judges what was found, and writes the reports.

#include <memory>
#include <optional>
#include <vector>

#include "portique/advisory/database.h"
#include "portique/base/result.h"
#include "portique/cli/report_output.h"
#include "portique/cli/source_flags.h"
#include "portique/policy/policy.h"
#include "portique/scan/filter.h"
#include "portique/scan/gate.h"
#include "portique/scan/judge.h"
#include "portique/scan/scan.h"

namespace portique::cli {

/// Everything that the flags say, checked, before any work is done.
struct ScanPlan {
  scan::ScanOptions options;
  /// What is looked for in the files of a machine or container that is no image, which has many and
  /// no layers to cache: set unless the user named the scanners.
  std::optional<scan::ContentSearch> contents_of_roots;
  scan::Judgement judgement;
  scan::Filter filter;
  scan::Gate gate;
  std::shared_ptr<const policy::LoadedPolicy> policy; ///< shared by copies of the plan; may be none
  std::optional<NamedTarget> base;
  std::optional<NamedTarget> compare_base;
  std::vector<OutputPlace> places;
  report::WriteOptions write;
  bool quiet = false;
};

/// The exit code. An error means that there is no report.
base::Result<int>
scan_target(const ScanPlan& plan, const NamedTarget& target, const advisory::Database& database);

/// Scans all of them, each layer once, and ends with an overview. A target that cannot be scanned
/// is told, and the rest goes on; the exit code is that of the worst outcome.
base::Result<int> scan_targets(const ScanPlan& plan,
                               const std::vector<NamedTarget>& targets,
                               const advisory::Database& database);

} // namespace portique::cli
