#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/scan/ignore_file.h"

namespace portique::scan {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

base::Time day(std::string_view text) {
  return base::parse_time(text).value();
}

TEST(IgnoreFile, ReadsEveryFormOfALine) {
  struct Case {
    std::string_view text;
    std::vector<IgnoreEntry> want;
  };

  const Case cases[] = {
      {"", {}},
      {"\n  \n# only a comment\n\t# CVE-2024-1\n", {}},
      {"CVE-2024-1", {{"CVE-2024-1", {}, "", 1}}},
      {"\n\n  CVE-2024-1  \r\n", {{"CVE-2024-1", {}, "", 3}}},
      {"\xEF\xBB\xBFGHSA-aaaa-bbbb-cccc\n", {{"GHSA-aaaa-bbbb-cccc", {}, "", 1}}},
      {"CVE-2024-1 exp:2027-01-31", {{"CVE-2024-1", day("2027-01-31"), "", 1}}},
      {"CVE-2024-1 # not reachable", {{"CVE-2024-1", {}, "not reachable", 1}}},
      {"CVE-2024-1# not reachable", {{"CVE-2024-1", {}, "not reachable", 1}}},
      {"CVE-2024-1 not \t reachable", {{"CVE-2024-1", {}, "not reachable", 1}}},
      {"CVE-2024-1 words win # over this", {{"CVE-2024-1", {}, "words win", 1}}},
      {"CVE-2024-1 exp:2027-01-31 by ops", {{"CVE-2024-1", day("2027-01-31"), "by ops", 1}}},
      {"CVE-2024-1 by ops exp:2027-01-31", {{"CVE-2024-1", day("2027-01-31"), "by ops", 1}}},
      {"CVE-2024-1 # by ops exp:2027-01-31", {{"CVE-2024-1", day("2027-01-31"), "by ops", 1}}},
      {"openSUSE-SU-2024:13999-1\nAVD-DS-0002",
       {{"openSUSE-SU-2024:13999-1", {}, "", 1}, {"AVD-DS-0002", {}, "", 2}}},
  };
  for (const Case& c : cases) {
    const auto file = parse_ignore_file("f", c.text);
    ASSERT_TRUE(file) << c.text << ": " << file.error().text();
    EXPECT_EQ(file->entries, c.want) << c.text;
  }
}

TEST(IgnoreFile, RefusesALineThatItDoesNotUnderstand) {
  struct Case {
    std::string_view text;
    std::string_view want;
  };

  const Case cases[] = {
      {"CVE-1\nCVE-2, CVE-3\n", "f: line 2: 'CVE-2,' is not the id"},
      {"*", "f: line 1: '*' is not the id"},
      {"-CVE-1", "is not the id"},
      {"exp=2026-01-01", "is not the id"},
      {"CVE-1 exp:2026-02-30", "f: line 1: '2026-02-30' is not a date"},
      {"CVE-1 exp:2026-02-03T00:00:00Z", "is not a date"},
      {"CVE-1 exp:", "'' is not a date"},
      {"CVE-1 exp:soon", "is not a date"},
      {"CVE-1 exp:2026-02-03 # exp:2027-01-01", "more than one expiry date"},
      {"CVE\x1B[2J-1", "'CVE\uFFFD[2J-1' is not the id"},
      {"vulnerabilities:\n  - id: CVE-1\n", "f: line 2: '-' is not the id"},
  };
  for (const Case& c : cases) {
    const auto file = parse_ignore_file("f", c.text);
    ASSERT_FALSE(file) << c.text;
    EXPECT_EQ(file.error().code(), base::Code::Malformed);
    EXPECT_THAT(file.error().text(), HasSubstr(c.want));
  }
  EXPECT_FALSE(parse_ignore_file("f", std::string(201, 'A')));
  EXPECT_TRUE(parse_ignore_file("f", std::string(200, 'A')));
}

TEST(IgnoreFile, IsReadWithinItsLimit) {
  auto folder = base::TempDir::create("ignore");
  ASSERT_TRUE(folder);
  const auto path = folder->path() / ".portiqueignore";
  EXPECT_EQ(read_ignore_file(path, {}).error().code(), base::Code::NotFound);
  std::ofstream(path) << "CVE-2024-1\n";
  const auto file = read_ignore_file(path, {});
  ASSERT_TRUE(file) << file.error().text();
  EXPECT_EQ(file->name, path.string());
  EXPECT_EQ(file->entries.size(), 1U);
  EXPECT_EQ(read_ignore_file(path, {.ignore_file_bytes = 5}).error().code(),
            base::Code::LimitExceeded);
}

TEST(IgnoreFile, IsFoundUnderBothNames) {
  auto folder = base::TempDir::create("ignore");
  ASSERT_TRUE(folder);
  EXPECT_THAT(read_ignore_files_in(folder->path(), {}).value(), IsEmpty());
  std::ofstream(folder->path() / ".trivyignore") << "CVE-2024-1\n";
  std::ofstream(folder->path() / ".portiqueignore") << "CVE-2024-2\n";
  const auto files = read_ignore_files_in(folder->path(), {});
  ASSERT_TRUE(files) << files.error().text();
  ASSERT_EQ(files->size(), 2U);
  EXPECT_EQ((*files)[0].name, ".portiqueignore");
  EXPECT_EQ((*files)[1].name, ".trivyignore");
  std::ofstream(folder->path() / ".trivyignore") << "CVE-2024-1, CVE-2024-2\n";
  EXPECT_THAT(read_ignore_files_in(folder->path(), {}).error().text(),
              HasSubstr(".trivyignore: line 1"));
}

model::Report three_findings() {
  model::Report report;
  report.findings = {
      {.id = "CVE-2024-1", .aliases = {"DSA-5000-1", "GHSA-aaaa-bbbb-cccc"}},
      {.id = "CVE-2024-2", .aliases = {"DSA-5000-1"}, .advisories = {"DEBIAN-CVE-2024-2"}},
      {.id = "CVE-2024-3"},
  };
  return report;
}

/// The ids that are suppressed after the text was applied on 2026-11-24.
std::vector<std::string> suppressed_by(std::string_view text, model::Report& report) {
  const auto file = parse_ignore_file(".portiqueignore", text);
  EXPECT_TRUE(file);
  apply_ignore_file(*file, report, day("2026-11-24"));
  std::vector<std::string> ids;
  for (const model::Finding& finding : report.findings)
    if (finding.suppression) ids.push_back(finding.id);
  return ids;
}

TEST(IgnoreFile, OneIdCoversItsAliases) {
  struct Case {
    std::string_view text;
    std::vector<std::string> want;
  };

  const Case cases[] = {
      {"CVE-2024-1", {"CVE-2024-1"}},
      {"GHSA-aaaa-bbbb-cccc", {"CVE-2024-1"}},
      {"cve-2024-3", {"CVE-2024-3"}},
      {"DSA-5000-1", {"CVE-2024-1", "CVE-2024-2"}},
      {"DEBIAN-CVE-2024-2", {"CVE-2024-2"}},
      {"CVE-2024", {}},
      {"CVE-2024-11", {}},
  };
  for (const Case& c : cases) {
    model::Report report = three_findings();
    EXPECT_EQ(suppressed_by(c.text, report), c.want) << c.text;
  }
}

TEST(IgnoreFile, SaysByWhatAndWhyAndUntilWhen) {
  model::Report report = three_findings();
  suppressed_by("# x\nCVE-2024-1 exp:2026-11-25 not reachable\n", report);
  const auto& suppression = report.findings[0].suppression;
  ASSERT_TRUE(suppression);
  EXPECT_EQ(suppression->by, ".portiqueignore:2");
  EXPECT_EQ(suppression->reason, "not reachable");
  EXPECT_EQ(suppression->until, day("2026-11-25"));
  EXPECT_THAT(report.notes, IsEmpty());
}

TEST(IgnoreFile, AnEntryEndsWhenItsDayBegins) {
  model::Report report = three_findings();
  EXPECT_THAT(suppressed_by("CVE-2024-1 exp:2026-11-24\nCVE-2024-3 exp:2026-11-25\n", report),
              ElementsAre("CVE-2024-3"));
  EXPECT_THAT(
      report.notes,
      ElementsAre(
          ".portiqueignore: 1 entry has expired and no longer counts: CVE-2024-1 (line 1)"));
  EXPECT_THAT(report.issues, IsEmpty()) << "the evidence is as complete as before";
}

TEST(IgnoreFile, AValidEntryBesideAnExpiredOneCounts) {
  model::Report report = three_findings();
  EXPECT_THAT(suppressed_by("CVE-2024-1 exp:2020-01-01\nDSA-5000-1 exp:2027-01-01\n", report),
              ElementsAre("CVE-2024-1", "CVE-2024-2"));
  EXPECT_EQ(report.findings[0].suppression->by, ".portiqueignore:2");
}

TEST(IgnoreFile, TellsEntriesThatMatchNothing) {
  model::Report report = three_findings();
  suppressed_by("CVE-2024-1\nCVE-2020-9\n", report);
  EXPECT_THAT(report.notes,
              ElementsAre(".portiqueignore: 1 entry matches no finding: CVE-2020-9 (line 2)"));

  std::string many;
  for (int i = 0; i < 12; ++i)
    many += "X-" + std::to_string(i) + "\n";
  report.notes.clear();
  suppressed_by(many, report);
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_THAT(report.notes[0], HasSubstr("12 entries match no finding: X-0 (line 1), X-1"));
  EXPECT_THAT(report.notes[0], HasSubstr("X-9 (line 10) and 2 more"));
}

TEST(IgnoreFile, LeavesWhatWasSuppressedBefore) {
  model::Report report = three_findings();
  report.findings[0].suppression = model::Suppression{.by = "VEX"};
  suppressed_by("CVE-2024-1\n", report);
  EXPECT_EQ(report.findings[0].suppression->by, "VEX");
  EXPECT_THAT(report.notes, IsEmpty()) << "it does match a finding";
}

} // namespace
} // namespace portique::scan
