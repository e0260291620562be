#pragma once

// What --severity and --ignore-unfixed leave in the report.

#include <string_view>
#include <vector>

#include "portique/base/result.h"
#include "portique/model/report.h"
#include "portique/model/severity.h"

namespace portique::scan {

struct Filter {
  std::vector<model::Severity> severities; ///< the only ones that stay; empty: all
  bool ignore_unfixed = false; ///< only vulnerabilities that a fixed version clears stay
};

/// The value of --severity: names separated by commas, any case ("HIGH,CRITICAL").
/// Code::InvalidArgument names the word that is none.
base::Result<std::vector<model::Severity>> parse_severities(std::string_view text);

/// Takes the findings out that the filter does not let through, and counts those of them that are
/// not suppressed in `report.hidden`. Call it after the ignore files, which must see all findings.
void apply_filter(const Filter& filter, model::Report& report);

} // namespace portique::scan
