#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/scan/filter.h"

namespace portique::scan {

namespace {

using model::FindingKind;
using model::FixState;
using model::Severity;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Filter, ReadsSeveritiesAsOtherScannersTakeThem) {
  EXPECT_THAT(parse_severities("HIGH,CRITICAL").value(),
              ElementsAre(Severity::High, Severity::Critical));
  EXPECT_THAT(parse_severities("unknown, Low,low").value(),
              ElementsAre(Severity::Unknown, Severity::Low));
  for (const std::string_view bad : {"", "HIGH,", "hihg", "HIGH CRITICAL"}) {
    const auto severities = parse_severities(bad);
    ASSERT_FALSE(severities) << bad;
    EXPECT_EQ(severities.error().code(), base::Code::InvalidArgument);
    EXPECT_THAT(severities.error().text(), HasSubstr("is not a severity; use unknown"));
  }
}

model::Report mixed_report() {
  model::Report report;
  report.findings = {
      {.id = "critical-fixed",
       .severity = Severity::Critical,
       .fixed_version = "2",
       .fix_state = FixState::Fixed},
      {.id = "high-open", .severity = Severity::High},
      {.id = "low-eol", .severity = Severity::Low, .fix_state = FixState::EndOfLife},
      {.id = "low-suppressed", .severity = Severity::Low, .suppression = model::Suppression{}},
      {.id = "secret", .kind = FindingKind::Secret, .severity = Severity::High},
  };
  return report;
}

TEST(Filter, KeepsWhatIsAskedForAndCountsTheRest) {
  struct Case {
    std::string_view severities;
    bool ignore_unfixed;
    std::vector<std::string> want;
    std::uint64_t hidden;
  };

  const Case cases[] = {
      {"", false, {"critical-fixed", "high-open", "low-eol", "low-suppressed", "secret"}, 0},
      {"HIGH,CRITICAL", false, {"critical-fixed", "high-open", "secret"}, 1}, // not the suppressed
      {"LOW", false, {"low-eol", "low-suppressed"}, 3},
      {"", true, {"critical-fixed", "secret"}, 2},
      {"HIGH", true, {"secret"}, 3},
  };
  for (const Case& c : cases) {
    Filter filter;
    filter.ignore_unfixed = c.ignore_unfixed;
    if (!c.severities.empty()) filter.severities = parse_severities(c.severities).value();
    model::Report report = mixed_report();
    apply_filter(filter, report);
    std::vector<std::string> ids;
    for (const model::Finding& finding : report.findings)
      ids.push_back(finding.id);
    EXPECT_EQ(ids, c.want);
    EXPECT_EQ(report.hidden, c.hidden);
  }
}

} // namespace
} // namespace portique::scan
