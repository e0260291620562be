#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/advisory_test_support.h"
#include "portique/advisory/explain.h"

namespace portique::advisory {
namespace {

using model::EntryOutcome;
using model::EventKind;
using model::ExplainedVerdict;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string alpine_record(std::string_view id, std::string_view release, std::string_view rest) {
  return R"({"schema_version": "1.7.0", "id": ")" + std::string(id) +
         R"(", "modified": "2020-01-01T00:00:00Z", "summary": "a hole in openssl", "affected": [{
           "package": {"ecosystem": "Alpine:)" +
         std::string(release) + R"(", "name": "openssl"},)" + std::string(rest) + "}]}";
}

constexpr std::string_view kFixed =
    R"("ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1.1d-r2"}]}])";

model::Report report_of(std::initializer_list<model::Package> packages,
                        const Database& database,
                        const MatchOptions& options = {.now = kNow}) {
  model::Report report;
  report.distro = distro_of("alpine", "3.10.3");
  report.packages = packages;
  auto matches = match(database, report.distro, report.packages, options);
  EXPECT_TRUE(matches.has_value());
  report.findings = std::move(matches->findings);
  report.coverage = matches->coverage;
  return report;
}

model::Package libssl(std::string version) {
  model::Package package = package_of("apk", "libssl1.1", std::move(version));
  package.source_name = "openssl";
  return package;
}

model::Explanation explained(const Database& database,
                             const model::Report& report,
                             std::string_view id,
                             const MatchOptions& options = {.now = kNow}) {
  auto explanation = explain(database, report, id, options);
  EXPECT_TRUE(explanation.has_value()) << (explanation ? "" : explanation.error().text());
  return explanation.value_or(model::Explanation{});
}

TEST(Explain, ShowsEveryComparisonOfAHit) {
  SmallDatabase small({});
  small.add(alpine_record("ALPINE-CVE-2019-1551", "v3.10", kFixed));
  const Database database = small.open();
  const auto report = report_of({libssl("1.1.1d-r0")}, database);
  const auto explanation = explained(database, report, "cve-2019-1551");
  EXPECT_EQ(explanation.id, "CVE-2019-1551");
  EXPECT_THAT(explanation.aliases, ElementsAre("ALPINE-CVE-2019-1551"));
  EXPECT_THAT(explanation.releases, ElementsAre("Alpine:v3.10"));
  EXPECT_EQ(explanation.names, "source packages");
  EXPECT_EQ(explanation.verdict, ExplainedVerdict::Affected);
  ASSERT_EQ(explanation.packages.size(), 1U);
  const auto& package = explanation.packages[0];
  EXPECT_EQ(package.why,
            "1.1.1d-r0 is below the fix 1.1.1d-r2 by apk order (ALPINE-CVE-2019-1551)");
  EXPECT_EQ(package.remedy, "upgrade libssl1.1 to 1.1.1d-r2");
  ASSERT_EQ(package.entries.size(), 1U);
  const auto& entry = package.entries[0];
  EXPECT_EQ(entry.outcome, EntryOutcome::Affected);
  EXPECT_EQ(entry.name, "openssl") << "the source package";
  EXPECT_EQ(entry.order, "apk");
  ASSERT_EQ(entry.ranges.size(), 1U);
  ASSERT_EQ(entry.ranges[0].bounds.size(), 2U);
  EXPECT_EQ(entry.ranges[0].bounds[1].kind, EventKind::Fixed);
  EXPECT_EQ(entry.ranges[0].bounds[1].order, std::strong_ordering::less);
  EXPECT_TRUE(entry.ranges[0].affected);
  EXPECT_EQ(entry.fixed, "1.1.1d-r2");
}

TEST(Explain, SaysWhyItDoesNotHit) {
  SmallDatabase small({});
  small.add(alpine_record("ALPINE-CVE-2019-1551", "v3.10", kFixed));
  small.add(alpine_record("ALPINE-CVE-2019-0001", "v3.9", kFixed));
  small.add(alpine_record("ALPINE-CVE-2019-0002",
                          "v3.10",
                          R"("ranges": [{"type": "ECOSYSTEM", "events": [
                              {"introduced": "3.0.0-r0"}, {"last_affected": "3.0.1-r0"}]}])"));
  small.add(alpine_record("ALPINE-CVE-2019-0003", "v3.10", R"("versions": ["1.0.0-r0"])"));
  small.add(alpine_record("ALPINE-CVE-2019-0004",
                          "v3.10",
                          R"("ranges": [{"type": "ECOSYSTEM", "events": [
                              {"introduced": "0"}, {"fixed": "not a version"}]}])"));
  const Database database = small.open();
  const auto report = report_of({libssl("1.1.1g-r0")}, database);

  struct Case {
    std::string_view id;
    ExplainedVerdict verdict;
    EntryOutcome outcome;
    std::string_view why;
  };

  const Case cases[] = {
      {"CVE-2019-1551",
       ExplainedVerdict::NotAffected,
       EntryOutcome::NotAffected,
       "1.1.1g-r0 is at or above the fix 1.1.1d-r2 by apk order"},
      {"CVE-2019-0001",
       ExplainedVerdict::NotKnown,
       EntryOutcome::OtherRelease,
       "the records speak about other releases only: Alpine:v3.9"},
      {"CVE-2019-0002",
       ExplainedVerdict::NotAffected,
       EntryOutcome::NotAffected,
       "1.1.1g-r0 is older than 3.0.0-r0, which introduced it"},
      {"CVE-2019-0003",
       ExplainedVerdict::NotAffected,
       EntryOutcome::NotAffected,
       "1.1.1g-r0 is none of the 1 versions that ALPINE-CVE-2019-0003 lists"},
      {"CVE-2019-0004",
       ExplainedVerdict::Undetermined,
       EntryOutcome::Undetermined,
       "cannot be compared with the bounds of ALPINE-CVE-2019-0004"},
  };
  for (const Case& row : cases) {
    const auto explanation = explained(database, report, row.id);
    EXPECT_EQ(explanation.verdict, row.verdict) << row.id;
    ASSERT_EQ(explanation.packages.size(), 1U) << row.id;
    ASSERT_EQ(explanation.packages[0].entries.size(), 1U) << row.id;
    EXPECT_EQ(explanation.packages[0].entries[0].outcome, row.outcome) << row.id;
    EXPECT_THAT(explanation.packages[0].why, HasSubstr(row.why)) << row.id;
    EXPECT_THAT(explanation.packages[0].remedy, IsEmpty()) << row.id;
  }
}

TEST(Explain, TellsWhatIsNotInstalledWithdrawnOrUnheardOf) {
  SmallDatabase small({});
  small.add(alpine_record("ALPINE-CVE-2019-1551", "v3.10", kFixed));
  small.add(R"({"schema_version": "1.7.0", "id": "GHSA-aaaa-bbbb-cccc", "aliases": ["CVE-2020-7"],
                "modified": "2020-01-01T00:00:00Z", "withdrawn": "2020-02-03T00:00:00Z",
                "affected": [{"package": {"ecosystem": "npm", "name": "left-pad"},
                              "versions": ["1.0.0"]}]})");
  const Database database = small.open();
  const auto report = report_of({package_of("apk", "musl", "1.1.22-r3")}, database);

  const auto elsewhere = explained(database, report, "ALPINE-CVE-2019-1551");
  EXPECT_EQ(elsewhere.id, "CVE-2019-1551");
  EXPECT_EQ(elsewhere.verdict, ExplainedVerdict::NotInstalled);
  ASSERT_EQ(elsewhere.elsewhere.size(), 1U);
  EXPECT_EQ(elsewhere.elsewhere[0].name, "openssl");
  EXPECT_EQ(elsewhere.elsewhere[0].ecosystem, "Alpine:v3.10");

  const auto withdrawn = explained(database, report, "CVE-2020-7");
  EXPECT_EQ(withdrawn.verdict, ExplainedVerdict::Withdrawn);
  EXPECT_EQ(withdrawn.why, "GHSA-aaaa-bbbb-cccc was withdrawn on 2020-02-03");

  const auto unknown = explained(database, report, "CVE-1999-0001");
  EXPECT_EQ(unknown.verdict, ExplainedVerdict::NotKnown);
  EXPECT_THAT(unknown.records, IsEmpty());
}

TEST(Explain, AnswersToEveryIdOfAVulnerability) {
  SmallDatabase small({"GHSA-22h5-pq3x-2gf2"});
  const Database database = small.open();
  const model::Report report = report_of({}, database);
  const auto explanation = explained(database, report, "ghsa-22h5-pq3x-2gf2");
  EXPECT_TRUE(explanation.id.starts_with("CVE-")) << explanation.id;
  EXPECT_THAT(explanation.aliases, testing::Contains("GHSA-22h5-pq3x-2gf2"));
  EXPECT_EQ(explanation.records.size(), 1U);
}

TEST(Explain, SuppressedFindingsSayByWhat) {
  SmallDatabase small({});
  small.add(alpine_record("ALPINE-CVE-2019-1551", "v3.10", kFixed));
  const Database database = small.open();
  auto report = report_of({libssl("1.1.1d-r0")}, database);
  ASSERT_EQ(report.findings.size(), 1U);
  report.findings[0].suppression =
      model::Suppression{".trivyignore:3", "not reachable", base::parse_time("2027-01-31")};
  const auto explanation = explained(database, report, "CVE-2019-1551");
  EXPECT_EQ(explanation.verdict, ExplainedVerdict::Suppressed);
  EXPECT_THAT(explanation.why,
              HasSubstr("suppressed by .trivyignore:3: not reachable (until 2027-01-31)"));
}

TEST(Explain, WhatIsNotMatchedIsSaidToBe) {
  SmallDatabase small({});
  small.add(R"({"schema_version": "1.7.0", "id": "ALPINE-CVE-2020-1",
                "modified": "2020-01-01T00:00:00Z",
                "affected": [{"package": {"ecosystem": "Alpine:v3.10", "name": "linux-headers"},
                              "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]})");
  const Database database = small.open();
  const auto report = report_of({package_of("apk", "linux-headers", "4.19.36-r0")}, database);
  const auto explanation = explained(database, report, "CVE-2020-1");
  EXPECT_EQ(explanation.verdict, ExplainedVerdict::NotAffected);
  EXPECT_THAT(explanation.why, HasSubstr("--kernel-headers"));

  const MatchOptions with_headers{.now = kNow, .kernel_headers = true};
  const auto all =
      report_of({package_of("apk", "linux-headers", "4.19.36-r0")}, database, with_headers);
  EXPECT_EQ(explained(database, all, "CVE-2020-1", with_headers).verdict,
            ExplainedVerdict::Affected);
}

// The trace and the match are one piece of code: they must never disagree.
TEST(Explain, AgreesWithTheMatcherOnEveryRecord) {
  SmallDatabase small({"DSA-5343-1", "ALSA-2021:3623", "PYSEC-2019-144", "GO-2022-0617"});
  small.add(alpine_record("ALPINE-CVE-2019-1551", "v3.10", kFixed));
  const Database database = small.open();
  for (const char* version : {"1.0-r0", "1.1.1d-r1", "1.1.1d-r2", "1.1.1d-r3", "garbage!"}) {
    const auto report = report_of({libssl(version)}, database);
    const auto explanation = explained(database, report, "CVE-2019-1551");
    ASSERT_EQ(explanation.packages.size(), 1U) << version;
    EXPECT_EQ(explanation.packages[0].finding.has_value(), !report.findings.empty()) << version;
    EXPECT_EQ(explanation.packages[0].entries[0].outcome == EntryOutcome::Affected,
              !report.findings.empty())
        << version;
  }
}

} // namespace
} // namespace portique::advisory
