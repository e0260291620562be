#pragma once

// What several targets have come to, in one table or one JSON document.

#include <optional>
#include <span>
#include <string>

#include "portique/model/report.h"
#include "portique/report/formats.h"

namespace portique::report {

/// One target of several.
struct TargetOutcome {
  std::string name;
  std::optional<model::Report> report; ///< nothing if it could not be scanned
  std::string error;                   ///< why not
  bool tripped = false;                ///< the gate
  bool incomplete = false;
};

/// One line a target with its counts, and the totals: for people.
base::Result<void> write_overview(std::span<const TargetOutcome> outcomes,
                                  const WriteOptions& options,
                                  const Sink& sink);

/// One JSON object: `reports[]`, each as the JSON format writes it, and `targets[]` with name,
/// error and outcome of each (docs/json-report.md).
base::Result<void> write_json_overview(std::span<const TargetOutcome> outcomes,
                                       const WriteOptions& options,
                                       const Sink& sink);

} // namespace portique::report
