#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/scan/risk.h"

namespace portique::scan {
namespace {

using ::testing::ElementsAre;

model::Finding finding_of(model::Severity severity,
                          std::optional<double> epss,
                          bool kev = false,
                          std::optional<double> score = std::nullopt) {
  model::Finding finding;
  finding.severity = severity;
  finding.kev = kev;
  if (epss) finding.epss = model::Epss{*epss, 0};
  if (score) finding.cvss.push_back({"3.1", "", *score, ""});
  return finding;
}

// docs/risk.md shows these.
TEST(Risk, IsLikelihoodTimesImpact) {
  using model::Severity;
  EXPECT_DOUBLE_EQ(risk_of(finding_of(Severity::Critical, 0.9, true, 10)), 97.5);
  EXPECT_DOUBLE_EQ(risk_of(finding_of(Severity::Critical, 0.5, false, 9)), 46.25);
  EXPECT_DOUBLE_EQ(risk_of(finding_of(Severity::High, 0.001)), 0.08);
  EXPECT_DOUBLE_EQ(risk_of(finding_of(Severity::High, std::nullopt)), 0.16);
  EXPECT_DOUBLE_EQ(risk_of(finding_of(Severity::Unknown, 0.1, false, 7)), 7)
      << "only the score speaks";
  EXPECT_DOUBLE_EQ(risk_of(finding_of(Severity::Negligible, 0.5, false, 9.8)), 25.75)
      << "the distribution plays it down";
}

TEST(Risk, StaysInItsBounds) {
  using model::Severity;
  EXPECT_LE(risk_of(finding_of(Severity::Critical, 17, true, 40)), 100);
  EXPECT_GE(risk_of(finding_of(Severity::Unknown, -1, false, -3)), 0);
  EXPECT_DOUBLE_EQ(risk_of(finding_of(Severity::High, std::nan(""), false, std::nan(""))), 0.16);
}

std::vector<std::string> ids(const model::Report& report) {
  std::vector<std::string> out;
  for (const model::Finding& finding : report.findings)
    out.push_back(finding.id);
  return out;
}

TEST(FindingOrder, SortsByWhatIsAsked) {
  using model::Severity;
  model::Report report;
  const auto add = [&](std::string id, std::size_t package, Severity severity, double risk) {
    model::Finding finding;
    finding.id = std::move(id);
    finding.package = package;
    finding.severity = severity;
    finding.risk = risk;
    report.findings.push_back(std::move(finding));
  };
  add("d", 1, Severity::Low, 90);
  add("c", 1, Severity::High, 1);
  add("b", 0, Severity::High, 2);
  add("a", 0, Severity::High, 2);
  sort_findings(report, *parse_finding_order("package"));
  EXPECT_THAT(ids(report), ElementsAre("a", "b", "c", "d"));
  sort_findings(report, *parse_finding_order("risk"));
  EXPECT_THAT(ids(report), ElementsAre("d", "a", "b", "c"));
  EXPECT_EQ(report.order, model::FindingOrder::Risk);
  sort_findings(report, *parse_finding_order("severity"));
  EXPECT_THAT(ids(report), ElementsAre("a", "b", "c", "d"));
  EXPECT_FALSE(parse_finding_order("Risk"));
}

} // namespace
} // namespace portique::scan
