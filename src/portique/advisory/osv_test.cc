#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/advisory_test_support.h"

namespace portique::advisory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string event_text(const model::RangeEvent& event) {
  constexpr const char* kNames[] = {"introduced ", "fixed ", "last_affected ", "limit "};
  return kNames[static_cast<int>(event.kind)] + event.version;
}

/// "introduced 0, fixed 1.2" of the first entry's range of this number.
std::string range_text(const model::Advisory& advisory, std::size_t range = 0) {
  std::string text;
  for (const model::RangeEvent& event : advisory.affected.at(0).ranges.at(range).events)
    text += (text.empty() ? "" : ", ") + event_text(event);
  return text;
}

TEST(Osv, ReadsADebianAdvisory) {
  const model::Advisory advisory = record("DSA-5343-1");
  EXPECT_EQ(advisory.id, "DSA-5343-1");
  EXPECT_EQ(advisory.summary, "openssl - security update");
  EXPECT_THAT(advisory.upstream, SizeIs(5));
  EXPECT_EQ(base::format_date(*advisory.modified), "2023-02-07");
  EXPECT_FALSE(advisory.withdrawn);
  ASSERT_THAT(advisory.affected, SizeIs(1));
  EXPECT_EQ(advisory.affected[0].ecosystem, "Debian:11");
  EXPECT_EQ(advisory.affected[0].name, "openssl");
  EXPECT_EQ(advisory.affected[0].purl, "pkg:deb/debian/openssl?arch=source");
  EXPECT_EQ(range_text(advisory), "introduced 0, fixed 1.1.1n-0+deb11u4");
  ASSERT_THAT(advisory.references, SizeIs(1));
  EXPECT_EQ(advisory.references[0].type, "ADVISORY");
}

TEST(Osv, ReadsVersionsRangesOfCommitsAndAliases) {
  const model::Advisory advisory = record("PYSEC-2013-10");
  EXPECT_THAT(advisory.aliases, ElementsAre("CVE-2013-1630"));
  ASSERT_THAT(advisory.affected[0].ranges, SizeIs(2));
  EXPECT_EQ(advisory.affected[0].ranges[0].type, model::RangeType::Git);
  EXPECT_EQ(advisory.affected[0].ranges[1].type, model::RangeType::Ecosystem);
  EXPECT_EQ(range_text(advisory, 1), "introduced 0, fixed 0.7.1");
  EXPECT_THAT(advisory.affected[0].versions, SizeIs(7));
}

TEST(Osv, ReadsLastAffected) {
  EXPECT_EQ(range_text(record("PYSEC-2022-42969")), "introduced 0, last_affected 1.11.0");
}

TEST(Osv, ReadsSeveralRangesInOne) {
  EXPECT_EQ(range_text(record("BIT-activemq-2020-13947")),
            "introduced 0, fixed 5.15.14, introduced 5.16.0, fixed 5.16.1");
}

TEST(Osv, ReadsWithdrawn) {
  EXPECT_EQ(base::format_time(*record("PYSEC-2019-144").withdrawn), "2022-09-09T05:28:00Z");
  EXPECT_TRUE(record("GO-2022-0617").withdrawn) << "published in the year 1";
}

TEST(Osv, ReadsRelated) {
  EXPECT_THAT(record("ALSA-2019:3703").related, ElementsAre("CVE-2018-10392", "CVE-2018-10393"));
}

struct SeverityCase {
  const char* id;
  std::vector<std::string> own;      ///< "type score" of the record, then of database_specific
  std::vector<std::string> affected; ///< of its first entry
};

TEST(Osv, ReadsSeveritiesOfEveryKind) {
  const std::vector<SeverityCase> cases{
      {"UBUNTU-CVE-2018-20843",
       {"CVSS_V3 CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", "Ubuntu low"},
       {}},
      {"BIT-activemq-2020-13947",
       {"word Medium"},
       {"CVSS_V3 CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"}},
      {"CVE-2013-4939", {"CVSS_V2 AV:N/AC:M/Au:N/C:N/I:P/A:N"}, {}},
      {"DSA-5343-1", {}, {}},
  };
  const auto texts = [](const std::vector<model::SeverityMark>& marks) {
    std::vector<std::string> all;
    for (const model::SeverityMark& mark : marks)
      all.push_back(mark.type + " " + mark.score);
    return all;
  };
  for (const SeverityCase& row : cases) {
    const model::Advisory advisory = record(row.id);
    EXPECT_EQ(texts(advisory.severities), row.own) << row.id;
    EXPECT_EQ(texts(advisory.affected[0].severities), row.affected) << row.id;
  }
}

TEST(Osv, ReadsWhatDistributionsAdd) {
  const model::Advisory suse = parsed(
      R"({"id": "SUSE-SU-2024:1-1", "modified": "2024-01-01T00:00:00Z", "affected": [{
          "package": {"ecosystem": "SUSE:Linux Enterprise Server 15 SP5", "name": "curl"},
          "ecosystem_specific": {"binaries": [{"curl": "8.0-1", "libcurl4": "8.0-1"}]}}]})");
  EXPECT_THAT(suse.affected[0].binaries, ElementsAre("curl", "libcurl4"));
  const model::Advisory ubuntu = parsed(
      R"({"id": "UBUNTU-CVE-2024-1", "modified": "2024-01-01T00:00:00Z", "affected": [{
          "package": {"ecosystem": "Ubuntu:22.04:LTS", "name": "curl"},
          "ecosystem_specific": {"binaries": [{"binary_name": "curl", "binary_version": "8"}]}}]})");
  EXPECT_THAT(ubuntu.affected[0].binaries, IsEmpty());
  const model::Advisory debian = parsed(
      R"({"id": "DEBIAN-CVE-2024-1", "modified": "2024-01-01T00:00:00Z", "affected": [{
          "package": {"ecosystem": "Debian:12", "name": "curl"},
          "ecosystem_specific": {"urgency": "unimportant"}}]})");
  EXPECT_EQ(debian.affected[0].urgency, "unimportant");
}

TEST(Osv, TakesWhatMayBeLeftOut) {
  const model::Advisory least =
      parsed(R"({"id": "X-1", "modified": "2024-01-01T00:00:00.123456Z"})");
  EXPECT_THAT(least.affected, IsEmpty());
  const model::Advisory nulls = parsed(
      R"({"id": "X-1", "modified": "2024-01-01T00:00:00Z", "aliases": null, "summary": null,
          "affected": [{"package": {"ecosystem": "npm", "name": "a"}, "ranges": null,
                        "versions": null, "ecosystem_specific": null}], "x_new": [1, {}]})");
  EXPECT_THAT(nulls.affected, SizeIs(1));
}

struct BadRecord {
  const char* name;
  std::string json;
  const char* reason;
};

/// A record with this text in the place of its members.
std::string with(const std::string& members) {
  return R"({"id": "X-1", "modified": "2024-01-01T00:00:00Z", )" + members + "}";
}

std::string with_range(const std::string& range) {
  return with(R"("affected": [{"package": {"ecosystem": "npm", "name": "a"}, "ranges": [)" + range +
              "]}]");
}

TEST(Osv, RefusesWhatIsNoRecord) {
  const std::string deep = with("\"x\": " + std::string(2000, '[') + std::string(2000, ']'));
  const std::vector<BadRecord> cases{
      {"empty", "", "not valid JSON"},
      {"cut", record_json("DSA-5343-1").substr(0, 400), "not valid JSON"},
      {"two documents", "{} {}", "not valid JSON"},
      {"not UTF-8", with("\"summary\": \"\xff\xfe\""), "not valid JSON"},
      {"nested without end", deep, "not valid JSON"},
      {"a list", "[]", "not a JSON object"},
      {"no id", R"({"modified": "2024-01-01T00:00:00Z"})", "no id"},
      {"an empty id", R"({"id": "", "modified": "2024-01-01T00:00:00Z"})", "no id"},
      {"an id of kilobytes",
       R"({"id": ")" + std::string(5000, 'A') + R"(", "modified": "2024-01-01T00:00:00Z"})",
       "no id"},
      {"an id that is a number", R"({"id": 7, "modified": "2024-01-01T00:00:00Z"})", "'id'"},
      {"no modified", R"({"id": "X-1"})", "no 'modified'"},
      {"modified that is no time", R"({"id": "X-1", "modified": "yesterday"})", "yesterday"},
      {"withdrawn that is no time", with(R"("withdrawn": "never")"), "never"},
      {"affected that is no list", with(R"("affected": {})"), "'affected' is not a list"},
      {"an entry that is a text", with(R"("affected": ["npm"])"), "not an object"},
      {"an alias that is a number", with(R"("aliases": [1])"), "not a string"},
      {"versions that are numbers", with(R"("affected": [{"versions": [1.2]}])"), "not a string"},
      {"a range of no type", with_range(R"({"events": []})"), "no range type"},
      {"a range of a new type", with_range(R"({"type": "CALVER"})"), "CALVER"},
      {"an event of a new kind",
       with_range(R"({"type": "SEMVER", "events": [{"until": "1"}]})"),
       "an event is none"},
      {"an event with a number",
       with_range(R"({"type": "SEMVER", "events": [{"fixed": 1}]})"),
       "an event is none"},
  };
  OsvParser parser;
  for (const BadRecord& row : cases) {
    const auto result = parser.parse(row.json, base::Limits{});
    ASSERT_FALSE(result) << row.name;
    EXPECT_EQ(result.error().code(), base::Code::Malformed) << row.name;
    EXPECT_THAT(result.error().text(), HasSubstr(row.reason)) << row.name;
  }
  EXPECT_TRUE(parser.parse(record_json("DSA-5343-1"), base::Limits{})) << "usable after failures";
}

TEST(Osv, RefusesRecordsOverTheLimit) {
  base::Limits limits;
  limits.advisory_bytes = 100;
  OsvParser parser;
  const auto result = parser.parse(record_json("DSA-5343-1"), limits);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), base::Code::LimitExceeded);
}

TEST(Osv, SaysWhereARecordIsWrong) {
  OsvParser parser;
  const auto result =
      parser.parse(with_range(R"({"type": "SEMVER", "events": [{"fixed": []}]})"), base::Limits{});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().text(), StartsWith("affected: ranges: events: "));
}

} // namespace
} // namespace portique::advisory
