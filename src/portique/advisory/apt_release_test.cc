#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/apt_release.h"
#include "portique/base/file.h"

namespace portique::advisory {
namespace {

using ::testing::HasSubstr;

constexpr const char* kRelease =
    "Origin: Debian\nLabel: Debian-Security\nSuite: oldstable-security\nVersion: 12\n"
    "Codename: bookworm-security\nDate: Sat, 21 Nov 2026 00:53:02 UTC\n"
    "Valid-Until: Sat, 28 Nov 2026 00:53:02 UTC\nSHA256:\n"
    " 5c295184ac5eb2db0a2ed6ffc0380c163f1b26367b2c3be6118dac8d78be7275   299236 "
    "main/source/Sources.xz\n";

TEST(AptRelease, ReadsWhatItNeeds) {
  const auto release = parse_release(kRelease);
  ASSERT_TRUE(release) << release.error().text();
  EXPECT_EQ(base::format_time(release->date), "2026-11-21T00:53:02Z");
  EXPECT_EQ(base::format_time(*release->valid_until), "2026-11-28T00:53:02Z");
  ASSERT_NE(release->file("main/source/Sources.xz"), nullptr);
  EXPECT_EQ(release->file("main/source/Sources.xz")->size, 299236U);
  EXPECT_EQ(release->file("main/source/Sources"), nullptr);
  EXPECT_EQ(release_ecosystem(*release).value_or("?"), "Debian:12");
}

TEST(AptRelease, RefusesHalfARelease) {
  for (const char* text : {"",
                           "Origin: Debian\n",
                           "Date: Sat, 21 Nov 2026 00:53:02 UTC\n",
                           "Date: yesterday\nCodename: x\n"})
    EXPECT_FALSE(parse_release(text)) << text;
}

struct EcosystemCase {
  const char* origin;
  const char* version;
  const char* codename;
  const char* ecosystem; ///< "" if refused
};

TEST(AptRelease, DerivesTheEcosystem) {
  const EcosystemCase cases[] = {
      {"Debian", "12", "bookworm-security", "Debian:12"},
      {"Debian", "12.5", "bookworm", "Debian:12"},
      {"Debian", "", "bookworm-security", "Debian:12"},
      {"Debian", "", "trixie-security", "Debian:13"},
      {"Debian", "", "sid", ""},
      {"Ubuntu", "22.04", "jammy", ""},
  };
  for (const EcosystemCase& row : cases)
    EXPECT_EQ(
        release_ecosystem({.origin = row.origin, .codename = row.codename, .version = row.version})
            .value_or(""),
        row.ecosystem)
        << row.codename;
}

TEST(AptRelease, ReadsDates) {
  EXPECT_EQ(base::format_time(*parse_release_date(" Sat, 1 Feb 2025  3:04:05 UTC\n")),
            "2025-02-01T03:04:05Z");
  for (const char* bad : {"",
                          "Sat, 32 Feb 2025 03:04:05 UTC",
                          "Sat, 30 Feb 2025 03:04:05 UTC",
                          "Sat, 1 Feb 2025 03:04:05 CET",
                          "Sat, 1 Foo 2025 03:04:05 UTC"})
    EXPECT_FALSE(parse_release_date(bad)) << bad;
}

TEST(AptRelease, RefusesWhatIsNotSigned) {
  const auto folder = base::TempDir::create("portique-release-test");
  ASSERT_TRUE(folder);
  std::ofstream(folder->path() / "InRelease") << kRelease;
  const auto without = verify_clearsigned(folder->path() / "InRelease", folder->path() / "absent");
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().code(), base::Code::NotFound);
  EXPECT_THAT(without.error().text(), HasSubstr("debian-archive-keyring"));

  std::ofstream(folder->path() / "keyring.gpg").flush();
  const auto unsigned_file =
      verify_clearsigned(folder->path() / "InRelease", folder->path() / "keyring.gpg");
  ASSERT_FALSE(unsigned_file);
  if (unsigned_file.error().code() == base::Code::NotFound) GTEST_SKIP() << "gpgv is not installed";
  EXPECT_EQ(unsigned_file.error().code(), base::Code::DigestMismatch);
}

} // namespace
} // namespace portique::advisory
