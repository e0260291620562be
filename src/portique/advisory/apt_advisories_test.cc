#include <gtest/gtest.h>

#include "portique/advisory/apt_advisories.h"

namespace portique::advisory {
namespace {

AptFixes some_fixes() {
  return {.ecosystem = "Debian:12",
          .suite = "bookworm-security",
          .uri = "http://deb.debian.org/debian-security",
          .date = *base::parse_time("2026-11-21T00:53:02Z"),
          .fixes = {{"a", "CVE-2024-1111", "1.0-1"},
                    {"b", "CVE-2024-1111", "2.0"},
                    {"b", "CVE-2024-2222", ""}}};
}

TEST(AptAdvisories, HaveOneRecordForEachCve) {
  const auto advisories = advisories_of(some_fixes());
  ASSERT_EQ(advisories.size(), 2U);
  EXPECT_EQ(advisories[0].id, "DEBIAN-CVE-2024-1111");
  EXPECT_EQ(advisories[0].upstream, std::vector<std::string>{"CVE-2024-1111"});
  ASSERT_EQ(advisories[0].affected.size(), 2U);
  EXPECT_EQ(advisories[0].affected[1].name, "b");
  EXPECT_EQ(advisories[0].affected[1].ecosystem, "Debian:12");
  ASSERT_EQ(advisories[0].affected[1].ranges[0].events.size(), 2U);
  EXPECT_EQ(advisories[0].affected[1].ranges[0].events[1].kind, model::EventKind::Fixed);
  EXPECT_EQ(advisories[0].affected[1].ranges[0].events[1].version, "2.0");
}

TEST(AptAdvisories, LeaveAFixOpenThatWasTakenBack) {
  const auto advisories = advisories_of(some_fixes());
  ASSERT_EQ(advisories[1].affected[0].ranges[0].events.size(), 1U);
  EXPECT_EQ(advisories[1].affected[0].ranges[0].events[0].kind, model::EventKind::Introduced);
}

TEST(AptAdvisories, AreAsOldAsTheArchivesIndex) {
  const auto info = feed_info_of(some_fixes());
  EXPECT_EQ(info.name, "apt");
  EXPECT_EQ(info.source, "http://deb.debian.org/debian-security bookworm-security");
  EXPECT_EQ(base::format_time(*info.updated), "2026-11-21T00:53:02Z");
  EXPECT_EQ(info.records, 2U);
}

} // namespace
} // namespace portique::advisory
