#include <gtest/gtest.h>

#include "portique/model/sbom_findings.h"

namespace portique::model {
namespace {

Report report_with_findings() {
  Report report;
  report.subject.image.layers.resize(2);
  report.packages.resize(2);
  report.packages[0].purl = "pkg:deb/debian/a@1";
  report.packages[1].purl = "pkg:deb/debian/b@1";
  report.findings.resize(3);
  report.findings[0].id = "CVE-2024-1";
  report.findings[0].package = 0;
  report.findings[1].id = "image.package-database-deleted";
  report.findings[1].kind = FindingKind::Misconfiguration;
  report.findings[1].severity = Severity::High;
  report.findings[1].severity_source = "portique";
  report.findings[1].title = "The package database was deleted";
  report.findings[1].path = "var/lib/dpkg/status";
  report.findings[1].evidence = "it lists \"88\" packages\n";
  report.findings[1].remedy = "Leave it";
  report.findings[1].fingerprint = "f1";
  report.findings[1].layer = 1;
  report.findings[2].id = "drift.package";
  report.findings[2].kind = FindingKind::Runtime;
  report.findings[2].severity = Severity::Medium;
  report.findings[2].package = 1;
  return report;
}

TEST(SbomFindings, ReadBackButForVulnerabilities) {
  const Report report = report_with_findings();
  std::vector<SbomFinding> read;
  for (const SbomProperty& property : sbom_finding_properties(report))
    read.push_back(read_sbom_finding(property.name, property.value).value());
  Report back = report_with_findings();
  back.findings.clear();
  add_sbom_findings(read, back);
  ASSERT_EQ(back.findings.size(), 2U);
  EXPECT_EQ(sbom_finding_properties(back), sbom_finding_properties(report));
  EXPECT_EQ(back.findings[0].evidence, report.findings[1].evidence);
  EXPECT_EQ(back.findings[0].package, kNoPackage);
  EXPECT_EQ(back.findings[1].package, 1U);
}

TEST(SbomFindings, RefusesWhatIsNotWhole) {
  for (const std::string_view value : {"",
                                       "[]",
                                       "{}",
                                       R"({"id":"x","kind":"vulnerability","severity":"high"})",
                                       R"({"id":"x","kind":"runtime","severity":"worst"})",
                                       R"({"kind":"runtime","severity":"high"})"})
    EXPECT_FALSE(read_sbom_finding("portique:finding:0", value)) << value;
  constexpr std::string_view kGood = R"({"id":"x","kind":"runtime","severity":"high","layer":-5})";
  EXPECT_FALSE(read_sbom_finding("portique:issue:0", kGood));
  EXPECT_EQ(read_sbom_finding("portique:finding:0", kGood)->layer, kNoLayer);
}

} // namespace
} // namespace portique::model
