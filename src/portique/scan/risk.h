#pragma once

// How much a finding matters, as one number. docs/risk.md gives the formula and its reasons.

#include <string_view>

#include "portique/base/result.h"
#include "portique/model/report.h"

namespace portique::scan {

/// 0 to 100, rounded to a thousandth: likelihood times impact.
double risk_of(const model::Finding& finding);

/// The value of --sort: "package", "severity" or "risk".
base::Result<model::FindingOrder> parse_finding_order(std::string_view name);

/// Sorts the findings and notes the order in the report.
void sort_findings(model::Report& report, model::FindingOrder order);

} // namespace portique::scan
