#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/scan/vex.h"

namespace portique::scan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

model::Report report_of(std::initializer_list<std::string> cves) {
  model::Report report;
  report.distro.id = "alpine";
  report.packages.push_back({.type = "apk",
                             .ns = "alpine",
                             .name = "libssl1.1",
                             .version = "1.1.1d-r2",
                             .source_name = "openssl",
                             .source_version = "1.1.1d-r2",
                             .purl = "pkg:apk/alpine/libssl1.1@1.1.1d-r2?arch=x86_64"});
  for (const std::string& cve : cves) {
    model::Finding finding;
    finding.id = cve;
    finding.package = 0;
    report.findings.push_back(std::move(finding));
  }
  return report;
}

std::vector<advisory::VexDocument> documents_of(std::string_view statements) {
  auto documents = advisory::parse_vex("image.vex.json",
                                       R"({"@context": "https://openvex.dev/ns/v0.2.0",
                                           "timestamp": "2024-01-01T00:00:00Z", "statements": [)" +
                                           std::string(statements) + "]}",
                                       {});
  EXPECT_TRUE(documents.has_value()) << (documents ? "" : documents.error().text());
  return documents ? *std::move(documents) : std::vector<advisory::VexDocument>{};
}

std::string statement(std::string_view cve, std::string_view rest) {
  return R"({"vulnerability": {"name": ")" + std::string(cve) +
         R"("}, "products": [{"@id": "pkg:apk/alpine/libssl1.1"}], )" + std::string(rest) + "}";
}

TEST(ApplyVex, SuppressesWhatIsClearedAndSaysTheRest) {
  model::Report report =
      report_of({"CVE-2020-1", "CVE-2020-2", "CVE-2020-3", "CVE-2020-4", "CVE-2020-5"});
  apply_vex(
      documents_of(
          statement("CVE-2020-1",
                    R"("status": "not_affected", "justification": "vulnerable_code_not_present",
                       "impact_statement": "built without it")") +
          "," + statement("CVE-2020-2", R"("status": "fixed")") + "," +
          statement("CVE-2020-3", R"("status": "affected", "action_statement": "upgrade")") + "," +
          statement("CVE-2020-4", R"("status": "under_investigation")")),
      report);
  ASSERT_TRUE(report.findings[0].suppression);
  EXPECT_EQ(report.findings[0].suppression->by, "OpenVEX image.vex.json");
  EXPECT_EQ(report.findings[0].suppression->reason,
            "vulnerable_code_not_present: built without it");
  ASSERT_TRUE(report.findings[0].vex);
  EXPECT_EQ(report.findings[0].vex->timestamp, base::parse_time("2024-01-01"));
  ASSERT_TRUE(report.findings[1].suppression);
  EXPECT_EQ(report.findings[1].suppression->reason, "fixed");
  EXPECT_FALSE(report.findings[2].suppression);
  EXPECT_EQ(report.findings[2].vex->status, model::VexStatus::Affected);
  EXPECT_EQ(report.findings[2].vex->text, "upgrade");
  EXPECT_FALSE(report.findings[3].suppression);
  EXPECT_EQ(report.findings[3].vex->status, model::VexStatus::UnderInvestigation);
  EXPECT_FALSE(report.findings[4].vex);
  EXPECT_THAT(report.notes, IsEmpty());
}

TEST(ApplyVex, TellsDocumentsThatSayNothingHere) {
  model::Report report = report_of({"CVE-2020-9"});
  apply_vex(documents_of(statement("CVE-2020-1", R"("status": "not_affected")")), report);
  EXPECT_THAT(report.notes,
              ElementsAre(HasSubstr("image.vex.json: 1 of 1 statements say 'not affected' without"),
                          "image.vex.json: none of its 1 statements is about a finding"));
}

TEST(ApplyVex, WhatIsSuppressedAlreadyKeepsItsReason) {
  model::Report report = report_of({"CVE-2020-1"});
  report.findings[0].suppression = model::Suppression{".portiqueignore:1", "ours", std::nullopt};
  apply_vex(documents_of(statement("CVE-2020-1", R"("status": "fixed")")), report);
  EXPECT_EQ(report.findings[0].suppression->by, ".portiqueignore:1");
  EXPECT_TRUE(report.findings[0].vex);
}

} // namespace
} // namespace portique::scan
