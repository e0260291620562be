// What a record stands for: the conventions of the databases behind OSV.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/advisory_record.h"
#include "portique/advisory/advisory_test_support.h"
#include "portique/base/text.h"

namespace portique::advisory {
namespace {

using ::testing::SizeIs;

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts)
    all += (all.empty() ? "" : " ") + text;
  return all;
}

struct HeadCase {
  const char* id;
  const char* cves;
  const char* aliases;
  bool vulnerability;
};

TEST(AdvisoryRecord, StandsForTheCvesOfItsSource) {
  for (const HeadCase& row : {
           HeadCase{"DSA-3148-1", "", "", true},
           HeadCase{"ALSA-2019:3703", "CVE-2018-10392 CVE-2018-10393", "", true},
           HeadCase{"ALBA-2019:3693", "CVE-2018-18074", "", true},
           HeadCase{"ALBA-2019:4275", "", "", false},
           HeadCase{"UBUNTU-CVE-2018-20843", "CVE-2018-20843", "", true},
           HeadCase{"ALPINE-CVE-2018-0734", "CVE-2018-0734", "", true},
           HeadCase{
               "CGA-222c-fw64-wpxf", "CVE-2024-42447", "CVE-2024-42447 GHSA-62qf-qm3g-fvcw", true},
           HeadCase{"CVE-2013-4939", "CVE-2013-4939", "", true},
           HeadCase{"GHSA-22h7-7wwg-qmgg", "", "", true},
           HeadCase{"RUSTSEC-2025-0133", "", "GHSA-2cgv-28vr-rv6j", true},
       }) {
    const AdvisoryHead head = head_of(record(row.id));
    EXPECT_EQ(head.id, row.id);
    EXPECT_EQ(joined(head.cves), row.cves) << row.id;
    EXPECT_EQ(joined(head.aliases), row.aliases) << row.id;
    EXPECT_EQ(head.vulnerability, row.vulnerability) << row.id;
  }
}

TEST(AdvisoryRecord, TellsBugFixesOfEveryDistribution) {
  for (const auto& [id, vulnerability] : {std::pair{"RHBA-2024:1", false},
                                          {"RHEA-2024:1", false},
                                          {"RHSA-2024:1", true},
                                          {"RLBA-2024:1", false},
                                          {"RLSA-2024:1", true},
                                          {"ALEA-2024:1", false},
                                          {"SUSE-RU-2024:1-1", false},
                                          {"SUSE-SU-2024:1-1", true},
                                          {"openSUSE-RU-2024:1-1", false},
                                          {"USN-1-1", true}}) {
    const auto advisory =
        parsed(R"({"id": ")" + std::string(id) + R"(", "modified": "2024-01-01T00:00:00Z"})");
    EXPECT_EQ(head_of(advisory).vulnerability, vulnerability) << id;
  }
}

TEST(AdvisoryRecord, TakesNoCveFromWhatOnlyLooksLikeOne) {
  for (const char* alias : {"CVE-2024", "CVE-2024-", "CVE-2024-1x", "xCVE-2024-1", "CVE-20a4-1"}) {
    const auto advisory =
        parsed(R"({"id": "X-1", "modified": "2024-01-01T00:00:00Z", "aliases": [")" +
               std::string(alias) + "\"]}");
    EXPECT_EQ(joined(head_of(advisory).cves), "") << alias;
  }
}

TEST(AdvisoryRecord, HasRelatedCvesOnlyWhereTheyAreWhatItFixes) {
  const auto with_related = [](const std::string& id) {
    return head_of(parsed(R"({"id": ")" + id +
                          R"(", "modified": "2024-01-01T00:00:00Z", "related": ["CVE-2024-1"]})"));
  };
  EXPECT_EQ(joined(with_related("RLSA-2024:1").cves), "CVE-2024-1");
  EXPECT_EQ(joined(with_related("GHSA-1").cves), "") << "related is another vulnerability";
}

struct StreamCase {
  const char* id;
  const char* summary;
  const char* stream;
};

TEST(AdvisoryRecord, ReadsTheStreamOfAModule) {
  for (const StreamCase& row : {
           StreamCase{"ALSA-2021:0735", "Important: nodejs:10 security update", "nodejs:10"},
           StreamCase{"ALSA-1",
                      "Moderate: container-tools:rhel8 security, bug fix",
                      "container-tools:rhel8"},
           StreamCase{"RLSA-1", "Low: libvorbis security update", ""},
           StreamCase{"ALBA-1", "mariadb:10.3 bug fix update", "mariadb:10.3"},
           StreamCase{"ALSA-1", "", ""},
           StreamCase{"ALSA-1", "a:b:c security update", ""},
           StreamCase{"DSA-1-1", "nodejs:10 - security update", ""},
       }) {
    model::Advisory advisory;
    advisory.id = row.id;
    advisory.summary = row.summary;
    EXPECT_EQ(module_stream_of(advisory), row.stream) << row.summary;
  }
}

TEST(AdvisoryRecord, HasATitleOfOneLine) {
  model::Advisory advisory;
  EXPECT_EQ(text_of(advisory).title, "");
  advisory.details = "\n  First line.\nSecond line.";
  EXPECT_EQ(text_of(advisory).title, "First line.");
  advisory.summary = " Summary ";
  EXPECT_EQ(text_of(advisory).title, "Summary");
  advisory.summary = std::string(200, 'a') + " " + std::string(200, 'b');
  EXPECT_EQ(text_of(advisory).title, std::string(200, 'a')) << "cut between words";
  advisory.summary = std::string(1000, 'a');
  EXPECT_THAT(text_of(advisory).title, SizeIs(300));
  advisory.summary.clear();
  for (int i = 0; i < 200; ++i)
    advisory.summary += "é";
  EXPECT_TRUE(base::is_utf8(text_of(advisory).title)) << "not cut inside a character";
}

TEST(AdvisoryRecord, BoundsItsReferences) {
  model::Advisory advisory;
  for (int i = 0; i < 50; ++i)
    advisory.references.push_back({"WEB", "https://example.org/" + std::to_string(i / 2)});
  advisory.references.insert(advisory.references.begin(), {"WEB", std::string(5000, 'x')});
  const AdvisoryText text = text_of(advisory);
  EXPECT_THAT(text.references, SizeIs(10));
  EXPECT_EQ(text.references[1], "https://example.org/1") << "each once, none of kilobytes";
}

} // namespace
} // namespace portique::advisory
