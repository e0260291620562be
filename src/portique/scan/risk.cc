#include "portique/scan/risk.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include "portique/base/text.h"

namespace portique::scan {

namespace {

/// What a vulnerability without an EPSS score is taken for: about the median of all that have one.
constexpr double kUnknownLikelihood = 0.002;

/// Impact by severity, where there is no CVSS score: the middle of each band of CVSS 3.
double impact_of(model::Severity severity) {
  constexpr std::array<double, 6> kImpact{0.5, 0.05, 0.25, 0.55, 0.8, 0.95};
  return kImpact.at(static_cast<std::size_t>(severity));
}

double likelihood(const model::Finding& finding) {
  if (finding.kev) return 1;
  if (!finding.epss || !std::isfinite(finding.epss->score)) return kUnknownLikelihood;
  return std::clamp(finding.epss->score, 0.0, 1.0);
}

/// Who knows the system best decides how bad it is there; the score only says where in that band.
double impact(const model::Finding& finding) {
  const double by_severity = impact_of(finding.severity);
  if (finding.cvss.empty() || !std::isfinite(finding.cvss.front().score)) return by_severity;
  const double by_score = std::clamp(finding.cvss.front().score / 10, 0.0, 1.0);
  return finding.severity == model::Severity::Unknown ? by_score : (by_severity + by_score) / 2;
}

} // namespace

double risk_of(const model::Finding& finding) {
  constexpr double kThousandths = 1000;
  return std::round(100 * likelihood(finding) * impact(finding) * kThousandths) / kThousandths;
}

base::Result<model::FindingOrder> parse_finding_order(std::string_view name) {
  if (name == "package") return model::FindingOrder::Package;
  if (name == "severity") return model::FindingOrder::Severity;
  if (name == "risk") return model::FindingOrder::Risk;
  return base::fail(base::Code::InvalidArgument,
                    "findings cannot be sorted by '" + base::printable(name) +
                        "'; there are: package, severity, risk");
}

void sort_findings(model::Report& report, model::FindingOrder order) {
  report.order = order;
  std::ranges::stable_sort(
      report.findings, [order](const model::Finding& a, const model::Finding& b) {
        const auto by_package = [](const model::Finding& x, const model::Finding& y) {
          return std::tuple(x.package, y.severity, x.id);
        };
        if (order == model::FindingOrder::Severity && a.severity != b.severity)
          return a.severity > b.severity;
        if (order != model::FindingOrder::Package && a.risk != b.risk) return a.risk > b.risk;
        return by_package(a, b) < by_package(b, a);
      });
}

} // namespace portique::scan
