// How several records about one vulnerability become one finding.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/advisory_test_support.h"

namespace portique::advisory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A record about npm's "a", affected until `fixed` ("" for ever); `more` are further members.
std::string npm_record(const std::string& id, const std::string& fixed, const std::string& more) {
  const std::string fix = fixed.empty() ? "" : R"(, {"fixed": ")" + fixed + "\"}";
  return R"({"id": ")" + id + R"(", "modified": "2024-01-01T00:00:00Z", )" + more +
         R"("affected": [{"package": {"ecosystem": "npm", "name": "a"}, "ranges": [{
             "type": "SEMVER", "events": [{"introduced": "0"})" +
         fix + "]}]}]}";
}

std::vector<model::Finding> findings(SmallDatabase& small, const std::string& version = "1.0.0") {
  const Database database = small.open();
  auto found = match(database, {}, {{package_of("npm", "a", version)}}, {.now = kNow});
  EXPECT_TRUE(found) << found.error().text();
  return std::move(found->findings);
}

TEST(MergeFindings, JoinsRecordsThatShareACve) {
  SmallDatabase small({});
  small.add(npm_record(
      "GHSA-aaaa", "1.2.0", R"("aliases": ["CVE-2024-1"], "published": "2024-01-05T00:00:00Z",)"));
  small.add(npm_record(
      "x_GLAD-1", "1.3.0", R"("aliases": ["CVE-2024-1"], "published": "2024-01-03T00:00:00Z",)"));
  const auto found = findings(small);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].id, "CVE-2024-1");
  EXPECT_THAT(found[0].aliases, ElementsAre("GHSA-aaaa", "x_GLAD-1"));
  EXPECT_EQ(found[0].fixed_version, "1.3.0") << "the version that satisfies both";
  EXPECT_EQ(base::format_date(*found[0].published), "2024-01-03");
}

TEST(MergeFindings, JoinsOverAnIdThatIsNoCve) {
  SmallDatabase small({});
  small.add(npm_record("GHSA-aaaa", "1.2.0", R"("aliases": ["CVE-2024-1"],)"));
  small.add(npm_record("x_NSWG-7", "1.2.0", R"("aliases": ["GHSA-aaaa"],)"));
  const auto found = findings(small);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].id, "CVE-2024-1");
  EXPECT_THAT(found[0].aliases, ElementsAre("GHSA-aaaa", "x_NSWG-7"));
}

TEST(MergeFindings, JoinsUnderTheGhsaIdWhereThereIsNoCve) {
  SmallDatabase small({});
  small.add(npm_record("GHSA-aaaa", "1.2.0", ""));
  small.add(npm_record("x_NSWG-7", "", R"("aliases": ["GHSA-aaaa"],)"));
  const auto found = findings(small);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].id, "GHSA-aaaa");
  EXPECT_THAT(found[0].aliases, ElementsAre("x_NSWG-7"));
  EXPECT_FALSE(found[0].fixed_version) << "one record says that nothing fixes it";
  EXPECT_EQ(found[0].fix_state, model::FixState::NotFixed);
}

TEST(MergeFindings, KeepsSeveralCvesOfOneRecordApart) {
  SmallDatabase small({});
  small.add(npm_record("GHSA-many", "1.2.0", R"("aliases": ["CVE-2024-1", "CVE-2024-2"],)"));
  small.add(npm_record("GHSA-one", "1.1.0", R"("aliases": ["CVE-2024-2"],)"));
  const auto found = findings(small);
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].id, "CVE-2024-1");
  EXPECT_THAT(found[0].aliases, ElementsAre("GHSA-many"));
  EXPECT_EQ(found[1].id, "CVE-2024-2");
  EXPECT_THAT(found[1].aliases, ElementsAre("GHSA-many", "GHSA-one"));
}

// As the OpenSSF publishes them: all versions, no severity, nothing that fixes it.
TEST(MergeFindings, TakesMaliciousPackagesForMalware) {
  SmallDatabase small({});
  small.add(npm_record("MAL-2024-7", "", R"~("summary": "Malicious code in a (npm)",)~"));
  const auto found = findings(small);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].id, "MAL-2024-7");
  EXPECT_EQ(found[0].kind, model::FindingKind::Malware);
  EXPECT_EQ(found[0].severity, model::Severity::Critical);
  EXPECT_EQ(found[0].title, "Malicious code in a (npm)");
  EXPECT_THAT(found[0].remedy, HasSubstr("Remove the package"));
  EXPECT_FALSE(found[0].fixed_version);
}

TEST(MergeFindings, KnowsAMaliciousPackageByItsAlias) {
  SmallDatabase small({});
  small.add(npm_record("GHSA-aaaa", "", R"("aliases": ["MAL-2024-7"],)"));
  small.add(npm_record("MAL-2024-7", "", ""));
  const auto found = findings(small);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].kind, model::FindingKind::Malware);
  EXPECT_EQ(found[0].severity, model::Severity::Critical);
  EXPECT_EQ(found[0].title, "Malicious code in a");
}

TEST(MergeFindings, LeavesUnrelatedRecordsApart) {
  SmallDatabase small({});
  small.add(npm_record("GHSA-aaaa", "1.2.0", R"("related": ["GHSA-bbbb", "CVE-2024-1"],)"));
  small.add(npm_record("GHSA-bbbb", "1.2.0", R"("related": ["GHSA-aaaa"],)"));
  const auto found = findings(small);
  ASSERT_THAT(found, SizeIs(2)) << "related is not the same";
  EXPECT_EQ(found[0].id, "GHSA-aaaa");
  EXPECT_THAT(found[0].aliases, IsEmpty());
}

TEST(MergeFindings, KeepsItsFingerprint) {
  SmallDatabase one({});
  one.add(npm_record("GHSA-aaaa", "1.2.0", R"("aliases": ["CVE-2024-1"],)"));
  SmallDatabase two({});
  two.add(npm_record("x_GLAD-1", "", R"("aliases": ["CVE-2024-1"],)"));
  const auto first = findings(one);
  const auto second = findings(two, "0.9.0");
  EXPECT_EQ(first.at(0).fingerprint, second.at(0).fingerprint)
      << "whichever record matched, whatever version";
  EXPECT_THAT(first.at(0).fingerprint, SizeIs(32));
}

constexpr const char* kLow = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N";      // 1.8
constexpr const char* kCritical = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"; // 9.8
constexpr const char* kV4High = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N";
constexpr const char* kV2 = "AV:N/AC:L/Au:N/C:C/I:C/A:C"; // 10.0

struct SeverityCase {
  const char* name;
  std::string members;
  const char* severity;
  const char* source;
};

std::string cvss(const char* type, const char* vector) {
  return R"({"type": ")" + std::string(type) + R"(", "score": ")" + vector + "\"}";
}

TEST(MergeFindings, TakesTheSourcesOwnWordBeforeComputedSeverity) {
  const auto severity = [](const std::string& list) { return "\"severity\": [" + list + "], "; };
  const std::vector<SeverityCase> cases{
      {"nothing said", "", "unknown", ""},
      {"a vector", severity(cvss("CVSS_V3", kCritical)), "critical", "CVSS 3.1 (GHSA-1)"},
      {"a word before a vector",
       severity(cvss("CVSS_V3", kCritical)) + R"("database_specific": {"severity": "LOW"}, )",
       "low",
       "npm"},
      {"a scale of the source's own before its word",
       severity(cvss("CVSS_V3", kCritical) + ", " + cvss("Ubuntu", "medium")) +
           R"("database_specific": {"severity": "LOW"}, )",
       "medium",
       "Ubuntu"},
      {"a word that is none",
       severity(cvss("CVSS_V3", kLow)) + R"("database_specific": {"severity": "spicy"}, )",
       "low",
       "CVSS 3.1 (GHSA-1)"},
      {"the newest version of CVSS",
       severity(cvss("CVSS_V2", kV2) + ", " + cvss("CVSS_V4", kV4High) + ", " +
                cvss("CVSS_V3", kLow)),
       "high",
       "CVSS 4.0 (GHSA-1)"},
      {"the higher of two vectors",
       severity(cvss("CVSS_V3", kLow) + ", " + cvss("CVSS_V3", kCritical)),
       "critical",
       "CVSS 3.1 (GHSA-1)"},
      {"version 2", severity(cvss("CVSS_V2", kV2)), "high", "CVSS 2.0 (GHSA-1)"},
      {"a vector that is none", severity(cvss("CVSS_V3", "CVSS:3.1/AV:X")), "unknown", ""},
  };
  for (const SeverityCase& row : cases) {
    SmallDatabase small({});
    small.add(npm_record("GHSA-1", "1.2.0", row.members));
    const auto found = findings(small);
    ASSERT_THAT(found, SizeIs(1)) << row.name;
    EXPECT_EQ(model::severity_name(found[0].severity), row.severity) << row.name;
    EXPECT_EQ(found[0].severity_source, row.source) << row.name;
  }
}

TEST(MergeFindings, ReadsTheSeverityOfAnRpmAdvisoryFromItsSummary) {
  SmallDatabase small({"ALSA-2019:3703"});
  const Database database = small.open();
  const auto found = match(database,
                           distro_of("almalinux", "8.4"),
                           {{package_of("rpm", "libvorbis", "1:1.3.6-1.el8")}},
                           {.now = kNow});
  ASSERT_TRUE(found);
  ASSERT_THAT(found->findings, SizeIs(2));
  EXPECT_EQ(found->findings[0].severity, model::Severity::Low);
  EXPECT_EQ(found->findings[0].severity_source, "AlmaLinux");
}

TEST(MergeFindings, ListsVectorsFromTheBest) {
  SmallDatabase small({});
  small.add(npm_record("GHSA-1",
                       "1.2.0",
                       R"("aliases": ["CVE-2024-1"], "severity": [)" + cvss("CVSS_V2", kV2) + ", " +
                           cvss("CVSS_V3", kCritical) + "],"));
  small.builder().add_vector("CVE-2024-1", kLow, "elsewhere");
  small.builder().add_vector("CVE-2024-1", kCritical, "elsewhere");
  const auto found = findings(small);
  ASSERT_THAT(found[0].cvss, SizeIs(3)) << "the same vector once";
  EXPECT_EQ(found[0].cvss[0].vector, kCritical);
  EXPECT_DOUBLE_EQ(found[0].cvss[0].score, 9.8);
  EXPECT_EQ(found[0].cvss[0].source, "GHSA-1");
  EXPECT_EQ(found[0].cvss[1].vector, kLow);
  EXPECT_EQ(found[0].cvss[1].source, "elsewhere");
  EXPECT_EQ(found[0].cvss[2].version, "2.0");
}

TEST(MergeFindings, TakesTheVectorOfACveFromARecordOfItsOwn) {
  SmallDatabase small({"DSA-5343-1"});
  // Another ecosystem's record knows the score of one of the five.
  small.add(npm_record("GHSA-1",
                       "1.2.0",
                       R"("aliases": ["CVE-2023-0286"], "severity": [)" +
                           cvss("CVSS_V3", kCritical) + "],"));
  const Database database = small.open();
  const auto found = match(database,
                           distro_of("debian", "11"),
                           {{package_of("deb", "openssl", "1.1.1n-0+deb11u3")}},
                           {.now = kNow});
  ASSERT_TRUE(found);
  ASSERT_THAT(found->findings, SizeIs(5));
  EXPECT_EQ(found->findings[3].severity, model::Severity::Unknown);
  EXPECT_EQ(found->findings[4].id, "CVE-2023-0286");
  EXPECT_EQ(found->findings[4].severity, model::Severity::Critical);
  EXPECT_EQ(found->findings[4].severity_source, "CVSS 3.1 (GHSA-1)");
}

TEST(MergeFindings, DoesNotSpreadAVectorOverSeveralCvesThatHaveTheirOwn) {
  SmallDatabase small({});
  small.add(npm_record("GHSA-many",
                       "1.2.0",
                       R"("aliases": ["CVE-2024-1", "CVE-2024-2"], "severity": [)" +
                           cvss("CVSS_V3", kCritical) + "],"));
  small.builder().add_vector("CVE-2024-1", kLow, "elsewhere");
  const auto found = findings(small);
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].severity, model::Severity::Low) << "its own";
  EXPECT_EQ(found[1].severity, model::Severity::Critical) << "the worst that it can be";
}

TEST(MergeFindings, CarriesWhatIsKnownOfExploits) {
  SmallDatabase small({});
  small.add(npm_record("GHSA-1", "1.2.0", R"("aliases": ["CVE-2024-1"],)"));
  small.add(npm_record("GHSA-2", "1.2.0", R"("aliases": ["CVE-2024-2"],)"));
  small.builder().add_kev("CVE-2024-1");
  small.builder().add_epss("CVE-2024-1", 0.97, 0.999);
  const auto found = findings(small);
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_TRUE(found[0].kev);
  ASSERT_TRUE(found[0].epss);
  EXPECT_DOUBLE_EQ(found[0].epss->score, 0.97);
  EXPECT_DOUBLE_EQ(found[0].epss->percentile, 0.999);
  EXPECT_FALSE(found[1].kev);
  EXPECT_FALSE(found[1].epss);
}

TEST(MergeFindings, TakesDebiansUrgencyWord) {
  struct Row {
    const char* urgency;
    model::Severity severity;
    model::FixState state;
  };

  for (const Row& row :
       {Row{"unimportant", model::Severity::Negligible, model::FixState::NotFixed},
        Row{"high", model::Severity::High, model::FixState::NotFixed},
        Row{"not yet assigned", model::Severity::Unknown, model::FixState::NotFixed},
        Row{"end-of-life", model::Severity::Unknown, model::FixState::EndOfLife}}) {
    SmallDatabase small({});
    small.add(R"({"id": "DEBIAN-CVE-2024-1", "modified": "2024-01-01T00:00:00Z",
        "upstream": ["CVE-2024-1"], "affected": [{
        "package": {"ecosystem": "Debian:13", "name": "a"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
        "ecosystem_specific": {"urgency": ")" +
              std::string(row.urgency) + "\"}}]}");
    const Database database = small.open();
    const auto found =
        match(database, distro_of("debian", "13"), {{package_of("deb", "a", "1")}}, {.now = kNow});
    ASSERT_TRUE(found);
    ASSERT_THAT(found->findings, SizeIs(1)) << row.urgency;
    EXPECT_EQ(found->findings[0].id, "CVE-2024-1");
    EXPECT_THAT(found->findings[0].aliases, ElementsAre("DEBIAN-CVE-2024-1"));
    EXPECT_EQ(found->findings[0].severity, row.severity) << row.urgency;
    EXPECT_EQ(found->findings[0].fix_state, row.state) << row.urgency;
  }
}

TEST(MergeFindings, PrefersTheTitleOfARecordAboutThisOneCve) {
  SmallDatabase small({});
  small.add(npm_record(
      "GHSA-many", "1.2.0", R"("summary": "a lot", "aliases": ["CVE-2024-1", "CVE-2024-2"],)"));
  small.add(npm_record(
      "GHSA-one", "1.2.0", R"("details": "Just one.\nMore lines.", "aliases": ["CVE-2024-1"],)"));
  const auto found = findings(small);
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].title, "Just one.");
  EXPECT_THAT(found[1].title, HasSubstr("a lot"));
}

} // namespace
} // namespace portique::advisory
