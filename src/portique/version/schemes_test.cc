// Pairs from the specifications, from real advisories and from what has gone wrong elsewhere. The
// orders that programs define are tested against those programs in version_oracle_test.cc; this
// table also holds where they are not installed.

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/version/schemes.h"

namespace portique::version {
namespace {

using testing::HasSubstr;

/// Versions of one scheme, each lower than the next; those inside one list are equal.
struct Ladder {
  Scheme scheme;
  std::vector<std::vector<std::string>> steps;
};

const std::vector<Ladder>& ladders() {
  static const std::vector<Ladder> kAll{
      {Scheme::Dpkg,
       {{"1.0~~"},
        {"1.0~~a"},
        {"1.0~"},
        {"1.0~rc1-1"},
        {"1.0", "1.0-0", "0:1.0", "1.00", "1.0-"},
        {"1.0-0+deb12u1"},
        {"1.0-1~bpo12+1"},
        {"1.0-1"},
        {"1.0-1+b1"},
        {"1.0-1.1"},
        {"1.0-10"},
        {"1.0a"},
        {"1.0+dfsg-1"},
        {"1.0.0"},
        {"1.1"},
        {"1.2.3-4ubuntu0.1"},
        {"1.10"},
        {"1:0.1"},
        {"2:0"}}},
      {Scheme::Dpkg, {{"2.36-9+deb12u4"}, {"2.36-9+deb12u10"}, {"2.37-1"}}},
      {Scheme::Dpkg, {{"3.0.11-1~deb12u2"}, {"3.0.11-1"}, {"3.0.13-1~deb12u1"}}},
      {Scheme::Rpm, {{"1.0~rc1"}, {"1.0"}, {"1.0^20240101git"}, {"1.0.a"}, {"1.0.1"}, {"1.0.1.1"}}},
      {Scheme::Rpm,
       {{"0:1.0-1", "1.0-1", "1_0-1"}, {"1.0-1.el8"}, {"1.0-2"}, {"1.0-10"}, {"1:0.1-1"}}},
      {Scheme::Rpm, {{"a"}, {"b"}, {"1"}, {"1a"}, {"1.1"}, {"10"}, {"10.1", "10.01"}}},
      {Scheme::Rpm, {{"1.1.1k-7.el8_6"}, {"1.1.1k-9.el8_7"}, {"1:1.1.1k-12.el8_9"}}},
      {Scheme::Apk,
       {{"1.0_alpha"},
        {"1.0_alpha1"},
        {"1.0_beta"},
        {"1.0_pre"},
        {"1.0_rc1"},
        {"1.0_rc2-r1"},
        {"1.0"},
        {"1.0-r1"},
        {"1.0-r10"},
        {"1.0_cvs"},
        {"1.0_git20240101"},
        {"1.0_p1"},
        {"1.0a"},
        {"1.0.1"},
        {"1.1"},
        {"1.10"},
        {"2"}}},
      {Scheme::Apk, {{"1.1.14-r9"}, {"1.1.14-r10"}, {"1.1.24-r2"}}},
      {Scheme::Apk, {{"3.0.8-r0"}, {"3.0.8-r1"}, {"3.0.10-r0"}, {"3.1.0_rc1-r0"}, {"3.1.0-r0"}}},
      {Scheme::Semver,
       {{"1.0.0-alpha"},
        {"1.0.0-alpha.1"},
        {"1.0.0-alpha.beta"},
        {"1.0.0-beta"},
        {"1.0.0-beta.2"},
        {"1.0.0-beta.11"},
        {"1.0.0-rc.1"},
        {"1.0.0", "1", "1.0", "v1.0.0", "1.0.0+build.7"},
        {"1.0.1"},
        {"1.2.0"},
        {"1.10.0"},
        {"2.0.0-0"},
        {"2.0.0"},
        {"18446744073709551616.0.0"}}},
      {Scheme::Pep440,
       {{"not a version"},
        {"0.1-bulbasaur"}, // from here down to 2004d: as packaging ordered them before it refused
                           // them
        {"0.1-charmander"},
        {"0.9-doduo"},
        {"1.0-x"},
        {"2004d"},
        {"1.0.dev456"},
        {"1.0a1"},
        {"1.0a2.dev456"},
        {"1.0a12.dev456"},
        {"1.0a12", "1.0.alpha-12"},
        {"1.0b1.dev456"},
        {"1.0b2"},
        {"1.0b2.post345.dev456"},
        {"1.0b2.post345"},
        {"1.0rc1.dev456"},
        {"1.0rc1", "1.0c1", "1.0.preview1"},
        {"1.0", "1.0.0", "v1", "1.0.0.0"},
        {"1.0+abc.5"},
        {"1.0+abc.7"},
        {"1.0+5"},
        {"1.0.post456.dev34"},
        {"1.0.post456", "1.0-456", "1.0.r456"},
        {"1.1.dev1"},
        {"1!0.1"}}},
      {Scheme::Maven,
       {{"1-alpha", "1-a0", "1.0-alpha"},
        {"1-beta"},
        {"1-milestone", "1-m0"},
        {"1-rc", "1-cr"},
        {"1-SNAPSHOT"},
        {"1", "1.0", "1-ga", "1.0.0-FINAL", "1-release"},
        {"1-sp"},
        {"1-foo"},
        {"1-1"},
        {"1.0.1"},
        {"1.1"},
        {"1.10"},
        {"2-rc1"},
        {"2"}}},
      {Scheme::Maven, {{"2.9.10.7"}, {"2.9.10.8"}, {"2.12.6.1"}, {"2.13.0-rc1"}, {"2.13.0"}}},
      {Scheme::RubyGems,
       {{"1.0.a"},
        {"1.0.a10"},
        {"1.0.b1", "1.b1", "1.0.0.b.1"},
        {"1.0-rc1"},
        {"1.0.rc1"},
        {"1.0", "1", "1.0.0"},
        {"1.0.0.1"},
        {"1.0.1.pre"},
        {"1.0.1"},
        {"1.10"}}},
      {Scheme::NuGet,
       {{"1.0.0-Alpha", "1.0.0-alpha"},
        {"1.0.0-beta.2"},
        {"1.0.0-beta.11"},
        {"1.0.0", "1.0", "1.0.0.0", "1.0.0+build"},
        {"1.0.0.1"},
        {"1.0.1"}}},
      {Scheme::Packagist,
       {{"dev-feature"},
        {"dev-main"},
        {"1.0-dev", "1.0.0.0-dev"},
        {"1.0-alpha1", "v1.0.0a1"},
        {"1.0-beta"},
        {"1.0-RC1"},
        {"1.0", "1.0.0.0", "v1.0-stable", "1.0.0+meta"},
        {"1.0-patch1", "1.0pl1"},
        {"1.0.1"},
        {"1.x-dev"},
        {"2.0"}}},
      {Scheme::Go,
       {{"v0.0.0-20190101000000-abcdefabcdef"},
        {"v0.0.0-20200101000000-abcdefabcdef"},
        {"v0.1.0"},
        {"v1.2.3-0.20200101000000-abcdefabcdef"},
        {"v1.2.3-pre"},
        {"v1.2.3-pre.0.20200101000000-abcdefabcdef"},
        {"v1.2.3", "1.2.3"},
        {"v1.10.0"},
        {"v2.0.0+incompatible", "v2.0.0"}}},
      {Scheme::Go, {{"1.21rc2", "go1.21rc2"}, {"go1.21", "1.21.0"}, {"1.21.3"}, {"1.22"}}},
      {Scheme::Cran, {{"1.2"}, {"1.2.0", "1.2-0"}, {"1.2-1"}, {"1.2.10"}, {"1.10"}}},
      {Scheme::Hackage, {{"1.2"}, {"1.2.0"}, {"1.2.0.1"}, {"1.10"}, {"2"}}},
      {Scheme::Pub,
       {{"1.0.0-alpha"}, {"1.0.0"}, {"1.0.0+1"}, {"1.0.0+2"}, {"1.0.0+10"}, {"1.0.1-rc"}}},
      // All but the last steps as conan.internal.model.version.Version has it.
      {Scheme::Conan,
       {{"0-pre"},
        {"0", "0.0", "00"},
        {"1.0.2zf"},
        {"1.1.0l"},
        {"1.1.1-pre1"},
        {"1.1.1-pre2", "1.1.1.0-pre2"},
        {"1.1.1", "1.1.1.0"},
        {"1.1.1+1"},
        {"1.1.1+2"},
        {"1.1.1+10"},
        {"1.1.1.1"},
        {"1.1.1a"},
        {"1.1.1k"},
        {"1.1.1q"},
        {"1.1.2"},
        {"1.10"},
        {"3.0.0-alpha"},
        {"3.0.0-beta.2"},
        {"3.0.0-beta.10"},
        {"3", "3.0.0"},
        {"10k"},
        {"cci.20200101"},
        {"cci.20210309"},
        {"system"}}},
      {Scheme::Conan, {{"1"}, {"1.-x"}, {"1."}, {"1.2"}, {"1.x"}}},
      // Conan itself compares these as texts, which makes a circle of them.
      {Scheme::Conan, {{"1k"}, {"2"}, {"9e"}, {"10"}, {"10a"}}},
  };
  return kAll;
}

TEST(Schemes, OrderRealVersions) {
  for (const Ladder& ladder : ladders()) {
    const SchemeInfo& info = scheme_info(ladder.scheme);
    for (std::size_t i = 0; i < ladder.steps.size(); ++i)
      for (std::size_t j = 0; j < ladder.steps.size(); ++j)
        for (const std::string& a : ladder.steps[i])
          for (const std::string& b : ladder.steps[j])
            EXPECT_EQ(info.compare(a, b), i <=> j) << info.name << ": " << a << " and " << b;
  }
}

TEST(Schemes, KnowWhatIsNoVersion) {
  struct Case {
    Scheme scheme;
    std::vector<std::string> good;
    std::vector<std::string> bad;
  };

  for (const Case& c :
       {Case{Scheme::Dpkg,
             {"1", "1:1-1", "a", "1.0-~"},
             {"", "1:", "x:1", "-1", "1.0-", "1 2", "1_2"}},
        Case{Scheme::Rpm, {"1", "1-1", "0:1"}, {"", "1:"}},
        Case{Scheme::Apk, {"1", "1.2a_rc1-r0", "1_p"}, {"", "a", "1.", "1_x", "1-1", "1.0-rc1"}},
        Case{Scheme::Semver, {"1", "1.2.3-a+b"}, {"", "a", "1..2", "1.a", "latest"}},
        Case{Scheme::Pep440,
             {"1", "1!2.dev0", " 1.0 "},
             {"", "a", "1.0+", "1.0-", "1.0+a..b", "1.x"}},
        Case{Scheme::Maven, {"1", "a"}, {""}},
        Case{Scheme::RubyGems, {"", "1.a-b"}, {"a", "1..2", "1.", "1-"}},
        Case{Scheme::NuGet, {"1", "1.2.3.4-x"}, {"", "x"}},
        Case{Scheme::Packagist, {"1", "dev-x", "1.x-dev", "20240101"}, {"", "x", "1.0-foo"}},
        Case{Scheme::Go, {"v1", "go1.2rc1"}, {"", "x"}},
        Case{Scheme::Cran, {"1.2-3"}, {"", "1.", "a"}},
        Case{Scheme::Hackage, {"1.2"}, {"", "1-2", "a"}},
        Case{Scheme::Pub, {"1.2.3+4"}, {"", "x"}},
        Case{Scheme::Conan, {"1.1.1k", "cci.20210309", "system"}, {"", "1 2"}}}) {
    const SchemeInfo& info = scheme_info(c.scheme);
    for (const std::string& version : c.good)
      EXPECT_TRUE(info.valid(version)) << info.name << " '" << version << "'";
    for (const std::string& version : c.bad)
      EXPECT_FALSE(info.valid(version)) << info.name << " '" << version << "'";
  }
}

TEST(Schemes, AreFoundByTheNamesOfOsv) {
  EXPECT_EQ(scheme_of_ecosystem("Debian:12"), Scheme::Dpkg);
  EXPECT_EQ(scheme_of_ecosystem("Ubuntu:Pro:22.04:LTS"), Scheme::Dpkg);
  EXPECT_EQ(scheme_of_ecosystem("Alpine:v3.19"), Scheme::Apk);
  EXPECT_EQ(scheme_of_ecosystem("Red Hat:enterprise_linux:9::appstream"), Scheme::Rpm);
  EXPECT_EQ(scheme_of_ecosystem("npm"), Scheme::Semver);
  EXPECT_EQ(scheme_of_ecosystem("crates.io"), Scheme::Semver);
  EXPECT_EQ(scheme_of_ecosystem("PyPI"), Scheme::Pep440);
  EXPECT_EQ(scheme_of_ecosystem("ConanCenter"), Scheme::Conan);
  EXPECT_EQ(scheme_of_ecosystem("pypi"), std::nullopt) << "case matters";
  EXPECT_EQ(scheme_of_ecosystem("Atlantis"), std::nullopt);
  EXPECT_TRUE(std::ranges::is_sorted(ecosystem_names()));
  for (const std::string_view name : ecosystem_names())
    EXPECT_TRUE(scheme_of_ecosystem(name)) << name;
}

TEST(Schemes, SayWhichOfTwoIsNoVersion) {
  EXPECT_EQ(compare(Scheme::Dpkg, "1.0", "1.1").value(), std::strong_ordering::less);
  const auto failed = compare(Scheme::Semver, "1.0", "newest");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), base::Code::Malformed);
  EXPECT_THAT(failed.error().text(), HasSubstr("\"newest\" is no SemVer version"));
}

TEST(Schemes, TakeLongVersionsInLinearTime) {
  for (const SchemeInfo& info : schemes()) {
    for (const std::string& piece : {std::string("1."), std::string("a-"), std::string("~")}) {
      std::string a = "1.";
      for (int i = 0; i < 200'000; ++i)
        a += piece;
      info.valid(a);
      EXPECT_EQ(info.compare(a, a), std::strong_ordering::equal) << info.name;
    }
  }
}

} // namespace
} // namespace portique::version
