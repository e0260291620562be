#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/changelog.h"

namespace portique::advisory {
namespace {

using ::testing::ElementsAre;

/// "version: text | version: text", newest first, as a changelog.
std::string changelog(std::initializer_list<std::pair<const char*, const char*>> entries) {
  std::string text;
  for (const auto& [version, body] : entries)
    text += std::string("pkg (") + version + ") unstable; urgency=medium\n\n" + body +
            "\n\n -- A. Maintainer <a@example.org>  Mon, 01 Jan 2024 00:00:00 +0000\n\n";
  return text;
}

std::string fixed_in(std::string_view cve,
                     std::initializer_list<std::pair<const char*, const char*>> entries) {
  const auto fixes = read_changelog(changelog(entries), {});
  if (!fixes) return fixes.error().text();
  for (const ChangelogFix& fix : *fixes)
    if (fix.cve == cve) return fix.fixed_version.empty() ? "taken back" : fix.fixed_version;
  return "none";
}

struct SentenceCase {
  const char* body;  ///< of the entry 1.0-3; 1.0-1 below it says "Fix CVE-2020-0001"
  const char* first; ///< where CVE-2020-0001 is fixed first
  const char* why;
};

TEST(Changelog, TakesFixesBackOnlyWhereItSaysSo) {
  const SentenceCase cases[] = {
      {"  * Rebuild.", "1.0-1", "no word of it"},
      {"  * Fix regression of the fix for CVE-2020-0001", "1.0-1", "still fixed"},
      {"  * Drop CVE-2020-0001.patch, applied upstream.", "1.0-1", "upstream has it"},
      {"  * Remove CVE-2020-0001.patch", "1.0-1", "a patch file goes when upstream has it"},
      {"  * Not affected by CVE-2020-0001", "1.0-1", "says nothing about a fix"},
      {"  * Revert the fix for CVE-2020-0001, it breaks foo", "taken back", "taken back"},
      {"  * Drop fix for CVE-2020-0001\n    for now", "taken back", "over two lines"},
      {"  * Revert incorrect upstream patch for CVE-2020-0001 and use the\n    correct one",
       "1.0-1",
       "replaced"},
      {"  * Revert change for CVE-2020-0001.\n  * Fix CVE-2020-0001 otherwise.",
       "1.0-3",
       "taken back and fixed again in one entry"},
      {"  * Drop patch for CVE-2020-0001; included upstream.", "1.0-1", "upstream has it"},
      {"  * revert-size-check-CVE-2020-0001.patch added", "1.0-1", "a patch's name"},
      {"  * Revert \"drm: scale\" (CVE-2020-0001)", "1.0-1", "the reverted commit was the hole"},
      {"  * aead: Revert to operating out-of-place (CVE-2020-0001)", "1.0-1", "the same"},
      {"  * Reverts CVE-2020-0002.patch\n  * CVE-2020-0001 again", "1.0-1", "another one's"},
  };
  for (const SentenceCase& row : cases)
    EXPECT_EQ(
        fixed_in(
            "CVE-2020-0001",
            {{"1.0-4", "  * Nothing."}, {"1.0-3", row.body}, {"1.0-1", "  * Fix CVE-2020-0001"}}),
        row.first)
        << row.body << " (" << row.why << ")";
}

TEST(Changelog, CountsARefixFromItsOwnVersion) {
  EXPECT_EQ(fixed_in("CVE-2020-0001",
                     {{"1.0-5", "  * More of CVE-2020-0001."},
                      {"1.0-4", "  * Fix CVE-2020-0001, second attempt."},
                      {"1.0-3", "  * Revert the patch for CVE-2020-0001."},
                      {"1.0-2", "  * Fix CVE-2020-0001."}}),
            "1.0-4");
}

struct MentionCase {
  const char* body;
  std::vector<std::string> cves;
};

TEST(Changelog, FindsIdsInEveryForm) {
  const MentionCase cases[] = {
      {"  * CVE-2024-1234: overflow", {"CVE-2024-1234"}},
      {"  * cve-2024-1234.patch, Cve-2024-123456", {"CVE-2024-1234", "CVE-2024-123456"}},
      {"  * (CVE-2024-1111,CVE-2024-2222)(CVE-2024-3333)",
       {"CVE-2024-1111", "CVE-2024-2222", "CVE-2024-3333"}},
      {"  * fix_CVE-2016-10165", {"CVE-2016-10165"}},
      {"   CVE-2024-1111\n\n   CVE-2024-2222", {"CVE-2024-1111", "CVE-2024-2222"}},
      {"  * XCVE-2024-1111, CVE-2024-111, CVE-24-1111, CVE-2024-, CVE-1998-1111, CVE-9999-1111",
       {}},
      {"  * CVE-2024-12345678901", {}},
      {"  * New upstream, fixes CVE-2022-28203. This version is not affected by CVE-2022-28204.",
       {"CVE-2022-28203"}},
      {"  * Not vulnerable to CVE-2024-1111; CVE-2024-2222 fixed", {"CVE-2024-2222"}},
      {"  * CVE-2024-1111 is still unfixed", {}},
      {"  * Disable foo because CVE-2015-2059 is still not fixed. See\n    http://example.org", {}},
      {"  [ A. Person ]\n  * CVE-2024-1111", {"CVE-2024-1111"}},
      {"  * It isn't affected by\n    CVE-2024-1111", {}},
      {"  * Does not affect us:\n  * CVE-2024-1111", {"CVE-2024-1111"}},
  };
  for (const MentionCase& row : cases) {
    const auto fixes = read_changelog(changelog({{"1.0-1", row.body}}), {});
    ASSERT_TRUE(fixes) << row.body;
    std::vector<std::string> found;
    for (const ChangelogFix& fix : *fixes)
      found.push_back(fix.cve);
    EXPECT_EQ(found, row.cves) << row.body;
  }
}

TEST(Changelog, TakesTheSmallestVersionOfAll) {
  EXPECT_EQ(fixed_in("CVE-2024-1111",
                     {{"2.0-1+deb12u3", "  * CVE-2024-1111 follow-up"},
                      {"2.0-1+deb12u2", "  * CVE-2024-1111"},
                      {"2.0-1+deb12u1", "  * CVE-2023-1111"}}),
            "2.0-1+deb12u2");
}

TEST(Changelog, KnowsThatARebuildHasTheFixesOfWhatItRebuilds) {
  EXPECT_EQ(fixed_in("CVE-2024-1111",
                     {{"5.10-1~deb12u1", "  * Rebuild for bookworm-security."},
                      {"5.10-1", "  * New upstream, CVE-2024-1111."},
                      {"5.9-1", "  * CVE-2024-0001."}}),
            "5.10-1~deb12u1");
  EXPECT_EQ(fixed_in("CVE-2024-0001",
                     {{"5.10-1~deb12u1", "  * Rebuild for bookworm-security."},
                      {"5.10-1", "  * New upstream, CVE-2024-1111."},
                      {"5.9-1", "  * CVE-2024-0001."}}),
            "5.9-1");
}

TEST(Changelog, NeverAsksForMoreThanTheNewestVersion) {
  EXPECT_EQ(fixed_in("CVE-2024-1111",
                     {{"1.0-4+deb12u1", "  * Upload to stable."}, {"1.0-5", "  * CVE-2024-1111"}}),
            "1.0-4+deb12u1");
}

TEST(Changelog, TakesEntriesOfAFormerSourceName) {
  const auto fixes = read_changelog("linux-6.12 (6.12.2-1~deb12u1) bookworm; urgency=medium\n\n"
                                    "  * Backport\n\n -- A <a@b>  Mon\n\n"
                                    "linux (6.12.1-1) unstable; urgency=medium\n\n"
                                    "  * CVE-2024-1111\n\n -- A <a@b>  Mon\n",
                                    {});
  ASSERT_TRUE(fixes);
  EXPECT_THAT(*fixes, ElementsAre(ChangelogFix{"CVE-2024-1111", "6.12.1-1"}));
}

TEST(Changelog, RefusesWhatIsNoChangelog) {
  for (const char* text : {"",
                           "\n\n",
                           "Some prose (with parentheses) here; CVE-2024-1111\n",
                           "pkg (no version at all) x; urgency=low\n"}) {
    const auto fixes = read_changelog(text, {});
    ASSERT_FALSE(fixes) << text;
    EXPECT_EQ(fixes.error().code(), base::Code::Malformed);
  }
}

TEST(Changelog, RefusesWhatIsTooLarge) {
  base::Limits limits;
  limits.text_database_bytes = 10;
  const auto fixes = read_changelog(changelog({{"1.0-1", "  * x"}}), limits);
  ASSERT_FALSE(fixes);
  EXPECT_EQ(fixes.error().code(), base::Code::LimitExceeded);
}

} // namespace
} // namespace portique::advisory
