#include "portique/report/summary.h"

#include <fmt/format.h>

namespace portique::report {

Summary summarise(const model::Report& report) {
  Summary summary;
  summary.packages = report.packages.size();
  summary.hidden = report.hidden;
  for (const model::Finding& finding : report.findings) {
    if (finding.suppression) {
      ++summary.suppressed;
      continue;
    }
    ++summary.total;
    ++summary.by_severity.at(static_cast<std::size_t>(finding.severity));
    if (finding.fixed_version) ++summary.fixable;
    if (finding.kev) ++summary.kev;
    if (finding.from_base.value_or(false)) ++summary.from_base;
  }
  return summary;
}

std::string severity_counts(const std::array<std::size_t, 6>& by_severity) {
  std::string out;
  for (std::size_t i = by_severity.size(); i-- > 0;) {
    if (by_severity.at(i) == 0) continue;
    fmt::format_to(std::back_inserter(out),
                   "{}{} {}",
                   out.empty() ? "" : ", ",
                   by_severity.at(i),
                   model::severity_name(static_cast<model::Severity>(i)));
  }
  return out;
}

const model::Package* package_of(const model::Report& report, const model::Finding& finding) {
  if (finding.kind != model::FindingKind::Vulnerability) return nullptr;
  return finding.package < report.packages.size() ? &report.packages[finding.package] : nullptr;
}

const model::Layer* layer_of(const model::Report& report, std::int32_t index) {
  const auto& layers = report.subject.image.layers;
  if (index < 0 || static_cast<std::size_t>(index) >= layers.size()) return nullptr;
  return &layers[static_cast<std::size_t>(index)];
}

} // namespace portique::report
