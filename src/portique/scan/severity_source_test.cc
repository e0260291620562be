#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/scan/severity_source.h"

namespace portique::scan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(SeveritySources, ReadsTheNamesOfTrivy) {
  EXPECT_THAT(*parse_severity_sources("nvd, GHSA,alma,auto"),
              ElementsAre("nvd", "ghsa", "almalinux", "auto"));
  const auto refused = parse_severity_sources("nvd,nist");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), base::Code::InvalidArgument);
  EXPECT_THAT(refused.error().text(), HasSubstr("'nist'; there are: auto, nvd, ghsa, debian"));
  EXPECT_FALSE(parse_severity_sources(""));
}

model::Report report_of(model::Severity severity, std::vector<model::SourceSeverity> severities) {
  model::Report report;
  model::Finding finding;
  finding.severity = severity;
  finding.severity_source = "Debian";
  finding.severities = std::move(severities);
  report.findings.push_back(std::move(finding));
  return report;
}

TEST(SeveritySources, TheFirstThatSpeaksCounts) {
  using model::Severity;

  struct Case {
    std::string_view sources;
    Severity want;
    std::string_view source;
  };

  const Case cases[] = {
      {"nvd", Severity::Critical, "nvd (CVE-2024-1)"},
      {"ghsa,nvd", Severity::High, "ghsa (GHSA-1)"},
      {"redhat,ghsa", Severity::High, "ghsa (GHSA-1)"},
      {"redhat,auto", Severity::Low, "Debian"},
      {"auto,nvd", Severity::Low, "Debian"},
      {"redhat", Severity::Unknown, ""},
  };
  for (const Case& row : cases) {
    model::Report report = report_of(Severity::Low,
                                     {{"debian", Severity::Low, "DSA-1"},
                                      {"nvd", Severity::Critical, "CVE-2024-1"},
                                      {"ghsa", Severity::High, "GHSA-1"}});
    apply_severity_sources(*parse_severity_sources(row.sources), report);
    EXPECT_EQ(report.findings[0].severity, row.want) << row.sources;
    EXPECT_EQ(report.findings[0].severity_source, row.source) << row.sources;
  }
}

TEST(SeveritySources, AutoGoesOnWhereNobodyDecided) {
  model::Report report =
      report_of(model::Severity::Unknown, {{"nvd", model::Severity::High, "CVE-2024-1"}});
  apply_severity_sources(*parse_severity_sources("auto,nvd"), report);
  EXPECT_EQ(report.findings[0].severity, model::Severity::High);
}

} // namespace
} // namespace portique::scan
