#include "portique/scan/filter.h"

#include <algorithm>

#include <fmt/format.h>

#include "portique/base/text.h"

namespace portique::scan {

namespace {

bool passes(const Filter& filter, const model::Finding& finding) {
  if (!filter.severities.empty() &&
      std::ranges::find(filter.severities, finding.severity) == filter.severities.end())
    return false;
  return !filter.ignore_unfixed || finding.kind != model::FindingKind::Vulnerability ||
         finding.fixed_version;
}

} // namespace

base::Result<std::vector<model::Severity>> parse_severities(std::string_view text) {
  std::vector<model::Severity> severities;
  for (const std::string_view part : base::split(text, ',')) {
    const std::string_view word = base::trim(part);
    const auto severity = model::parse_severity(word);
    if (!severity)
      return base::fail(base::Code::InvalidArgument,
                        fmt::format("'{}' is not a severity; use unknown, negligible, low, medium, "
                                    "high or critical, separated by commas",
                                    base::printable(word)));
    if (std::ranges::find(severities, *severity) == severities.end())
      severities.push_back(*severity);
  }
  return severities;
}

void apply_filter(const Filter& filter, model::Report& report) {
  std::erase_if(report.findings, [&](const model::Finding& finding) {
    if (passes(filter, finding)) return false;
    if (!finding.suppression) ++report.hidden;
    return true;
  });
}

} // namespace portique::scan
