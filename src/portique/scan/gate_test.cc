#include <gtest/gtest.h>

#include "portique/scan/gate.h"

namespace portique::scan {

namespace {

using model::Severity;

model::Report report_with(std::optional<Severity> severity) {
  model::Report report;
  report.coverage = model::Coverage::Covered;
  if (severity) report.findings.push_back({.id = "CVE-2024-1", .severity = *severity});
  return report;
}

TEST(Gate, ChoosesTheExitCode) {
  struct Case {
    std::string_view name;
    std::optional<Severity> finding;
    Gate gate;
    int want;
  };

  const Case cases[] = {
      {"no gate", Severity::Critical, {}, 0},
      {"below", Severity::Medium, {.fail_on = Severity::High}, 0},
      {"at", Severity::High, {.fail_on = Severity::High}, 1},
      {"above", Severity::Critical, {.fail_on = Severity::High}, 1},
      {"unknown is below all", Severity::Unknown, {.fail_on = Severity::Negligible}, 0},
      {"unknown on request", Severity::Unknown, {.fail_on = Severity::Unknown}, 1},
      {"exit code alone takes any", Severity::Unknown, {.exit_code = 7}, 7},
      {"exit code without a finding", std::nullopt, {.exit_code = 7}, 0},
      {"exit code 0 never trips", Severity::Critical, {.exit_code = 0}, 0},
      {"both: below", Severity::Low, {.fail_on = Severity::High, .exit_code = 7}, 0},
      {"both: at", Severity::High, {.fail_on = Severity::High, .exit_code = 7}, 7},
      {"both: never", Severity::High, {.fail_on = Severity::High, .exit_code = 0}, 0},
  };
  for (const Case& c : cases)
    EXPECT_EQ(exit_code_of(report_with(c.finding), c.gate), c.want) << c.name;
}

TEST(Gate, SuppressedFindingsDoNotCount) {
  model::Report report = report_with(Severity::Critical);
  report.findings[0].suppression = model::Suppression{};
  EXPECT_FALSE(gate_tripped(report, std::nullopt));
  EXPECT_FALSE(gate_tripped(report, Severity::Low));
  report.findings.push_back({.id = "CVE-2024-2", .severity = Severity::Low});
  EXPECT_TRUE(gate_tripped(report, Severity::Low));
}

TEST(Gate, IncompleteEvidenceIsAFailureOfItsOwn) {
  model::Report unread = report_with(std::nullopt);
  unread.issues.push_back({.message = "cut off"});
  EXPECT_EQ(exit_code_of(unread, {}), 4);
  EXPECT_EQ(exit_code_of(unread, {.allow_incomplete = true}), 0);

  model::Report not_covered = report_with(std::nullopt);
  not_covered.coverage = model::Coverage::NotCovered;
  EXPECT_EQ(exit_code_of(not_covered, {}), 4);
  EXPECT_EQ(exit_code_of(not_covered, {.allow_incomplete = true}), 0);

  model::Report empty = report_with(std::nullopt);
  empty.coverage = model::Coverage::NoPackages;
  EXPECT_EQ(exit_code_of(empty, {}), 0);

  model::Report tripped = report_with(Severity::High);
  tripped.issues = unread.issues;
  EXPECT_EQ(exit_code_of(tripped, {.fail_on = Severity::High}), 1) << "the gate goes first";
  EXPECT_EQ(exit_code_of(tripped, {.fail_on = Severity::High, .allow_incomplete = true}), 1);
}

} // namespace
} // namespace portique::scan
