#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/apt_sources.h"
#include "portique/base/file.h"

namespace portique::advisory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(AptSources, ReadsOneLineEntries) {
  EXPECT_THAT(parse_sources_list(
                  "deb http://deb.debian.org/debian-security/ bookworm-security main contrib\n"
                  "# deb http://x/debian y-security main\n"
                  "  deb\t[ arch=amd64 signed-by=/k.gpg ] https://m/debian a-security main # x\n"
                  "deb-src [trusted=yes] http://m/debian b-security/ main\n"
                  "rpm http://x/debian z main\ndeb\ndeb http://only-a-uri\n"),
              ElementsAre(AptSource{"http://deb.debian.org/debian-security",
                                    "bookworm-security",
                                    {"main", "contrib"},
                                    ""},
                          AptSource{"https://m/debian", "a-security", {"main"}, "/k.gpg"},
                          AptSource{"http://m/debian", "b-security", {"main"}, ""}));
}

TEST(AptSources, ReadsDeb822Entries) {
  EXPECT_THAT(
      parse_deb822_sources("Types: deb\n# http://snapshot\nURIs: http://a/debian http://b/debian\n"
                           "Suites: x x-security\nComponents: main\nSigned-By: /k.gpg\n\n"
                           "Types: deb\nEnabled: No\nURIs: http://c\nSuites: y\n\n"
                           "Types: deb\nURIs: http://d\nSuites: z\nSigned-By:\n -----BEGIN PGP\n"
                           " abc\n"),
      ElementsAre(AptSource{"http://a/debian", "x", {"main"}, "/k.gpg"},
                  AptSource{"http://a/debian", "x-security", {"main"}, "/k.gpg"},
                  AptSource{"http://b/debian", "x", {"main"}, "/k.gpg"},
                  AptSource{"http://b/debian", "x-security", {"main"}, "/k.gpg"},
                  AptSource{"http://d", "z", {}, ""}));
}

struct SecurityCase {
  const char* uri;
  const char* suite;
  bool security;
};

TEST(AptSources, KnowsDebiansSecurityArchives) {
  const SecurityCase cases[] = {
      {"http://deb.debian.org/debian-security", "bookworm-security", true},
      {"https://mirror.example.org/pub/debian-security", "trixie-security", true},
      {"http://security.debian.org", "bookworm-security", true},
      {"http://mirror/debian", "bookworm-security", true},
      {"http://deb.debian.org/debian", "bookworm", false},
      {"http://deb.debian.org/debian", "bookworm-updates", false},
      {"http://archive.ubuntu.com/ubuntu", "jammy-security", false},
      {"file:/srv/debian-security", "bookworm-security", false},
      {"mirror+file:/etc/apt/mirrors/debian-security", "bookworm-security", false},
      {"http://x/debian-security", "../../x-security", false},
  };
  for (const SecurityCase& row : cases)
    EXPECT_EQ(is_debian_security({.uri = row.uri, .suite = row.suite}), row.security)
        << row.uri << ' ' << row.suite;
}

TEST(AptSources, ReadsAFolderLikeEtcApt) {
  const auto folder = base::TempDir::create("portique-apt-test");
  ASSERT_TRUE(folder);
  const auto none = configured_sources(folder->path());
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), base::Code::NotFound);
  EXPECT_THAT(none.error().text(), HasSubstr("--apt-source"));

  std::filesystem::create_directory(folder->path() / "sources.list.d");
  std::ofstream(folder->path() / "sources.list")
      << "deb http://a/debian bookworm main\ndeb http://a/debian-security bookworm-security main\n"
      << "deb-src http://a/debian-security bookworm-security main\n";
  std::ofstream(folder->path() / "sources.list.d/x.sources")
      << "Types: deb\nURIs: http://b/debian-security\nSuites: bookworm-security\nComponents: "
         "main\n";
  std::ofstream(folder->path() / "sources.list.d/off.sources.save")
      << "Types: deb\nURIs: http://c/debian-security\nSuites: bookworm-security\n";
  const auto sources = configured_sources(folder->path());
  ASSERT_TRUE(sources);
  ASSERT_EQ(sources->size(), 2U);
  EXPECT_EQ((*sources)[0].uri, "http://a/debian-security");
  EXPECT_EQ((*sources)[1].uri, "http://b/debian-security");
}

TEST(AptSources, TakesASourceFromTheCommandLine) {
  const auto source = parse_apt_source("http://m/debian-security/ bookworm-security");
  ASSERT_TRUE(source);
  EXPECT_EQ(*source, (AptSource{"http://m/debian-security", "bookworm-security", {"main"}, ""}));
  for (const char* bad : {"", "http://m", "/srv/x y", "file:///x y", "http://m ../../x"})
    EXPECT_FALSE(parse_apt_source(bad)) << bad;
}

} // namespace
} // namespace portique::advisory
