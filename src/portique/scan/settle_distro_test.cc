#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/scan/guess_distro.h"
#include "portique/scan/settle_distro.h"

namespace portique::scan {
namespace {

model::Package package(std::string type, std::string name, std::string version) {
  model::Package made;
  made.type = std::move(type);
  made.name = std::move(name);
  made.version = std::move(version);
  made.path = "database";
  return made;
}

DistroClaim claim(std::string id,
                  std::string release,
                  std::int32_t layer = 0,
                  std::int32_t removed_in = model::kNoLayer) {
  return {{.id = std::move(id), .version_id = std::move(release), .path = "etc/os-release"},
          layer,
          removed_in};
}

TEST(GuessDistro, ByThePackageThatCarriesTheRelease) {
  struct Case {
    std::vector<model::Package> packages;
    std::string distro;
  };

  const Case cases[] = {
      {{package("deb", "base-files", "12.4+deb12u12")}, "debian 12"},
      {{package("deb", "bash", "5.2-1"), package("deb", "base-files", "13.8")}, "debian 13"},
      {{package("deb", "base-files", "12ubuntu4.6"), package("deb", "libc6", "2.35-0ubuntu3.8")},
       "ubuntu 22.04"},
      {{package("deb", "base-files", "13ubuntu10.2"), package("deb", "libc6", "2.39-0ubuntu8.3")},
       "ubuntu 24.04"},
      {{package("deb", "base-files", "1:2023.4.0")}, ""},
      {{package("deb", "base-files", "12.4devuan4")}, ""},
      {{package("deb", "base-files", "2024.1.0")}, ""},
      {{package("apk", "alpine-release", "3.19.1-r0")}, "alpine 3.19.1"},
      {{package("apk", "wolfi-baselayout", "20230201-r7")}, "wolfi "},
      {{package("rpm", "almalinux-release", "9.3-1.el9")}, "almalinux 9.3"},
      {{package("rpm", "rocky-release", "8.9-1.6.el8")}, "rocky 8.9"},
      {{package("rpm", "redhat-release", "9.4-0.4.el9")}, "rhel 9.4"},
      {{package("rpm", "centos-release", "7-9.2009.0.el7.centos")}, "centos 7"},
      {{package("rpm", "fedora-release-common", "39-36")}, "fedora 39"},
      {{package("rpm", "Leap-release", "15.5-lp155.287.1")}, "opensuse-leap 15.5"},
      {{package("rpm", "openSUSE-release", "20240101-2687.1")}, ""},
      {{package("rpm", "bash", "5.1-1")}, ""},
      {{}, ""},
  };
  for (const Case& c : cases) {
    const auto guess = guess_distro(c.packages);
    EXPECT_EQ(guess ? guess->distro.id + " " + guess->distro.version_id : "", c.distro)
        << (c.packages.empty() ? "" : c.packages.back().version);
  }
}

TEST(SettleDistro, PackagesAreBelievedMoreThanOsRelease) {
  const std::vector<model::Package> debian12{package("deb", "base-files", "12.4+deb12u5")};
  DistroClaim derived = claim("raspbian", "12");
  derived.distro.id_like = {"debian"};

  DistroClaim fallback = claim("debian", "12.5", 0);
  fallback.distro.path = "etc/debian_version";

  struct Case {
    std::string what;
    std::vector<DistroClaim> claims;
    std::vector<model::Package> packages;
    std::string distro;
    std::string finding;
  };

  const Case cases[] = {
      {"as shipped", {claim("debian", "12")}, debian12, "debian 12", ""},
      {"no version, as in testing", {claim("debian", "")}, debian12, "debian ", ""},
      {"upgraded in place",
       {claim("debian", "11", 0), claim("debian", "12", 1)},
       debian12,
       "debian 12",
       ""},
      {"a derivative says so", {derived}, debian12, "raspbian 12", ""},
      {"a minor release ahead",
       {claim("rocky", "9.4")},
       {package("rpm", "rocky-release", "9.3-1.2.el9")},
       "rocky 9.4",
       ""},
      {"a newer release than the packages'",
       {claim("debian", "13")},
       debian12,
       "debian 12",
       "PORTIQUE-IMAGE-DOCTORED-OS-RELEASE"},
      {"Alpine counts by minor releases",
       {claim("alpine", "3.20.1")},
       {package("apk", "alpine-release", "3.19.1-r0")},
       "alpine 3.19.1",
       "PORTIQUE-IMAGE-DOCTORED-OS-RELEASE"},
      {"another distribution",
       {claim("debian", "12", 0), claim("own", "1", 2)},
       debian12,
       "debian 12",
       "PORTIQUE-IMAGE-DOCTORED-OS-RELEASE"},
      {"nothing known of the packages",
       {claim("own", "1")},
       {package("deb", "bash", "5")},
       "own 1",
       ""},
      {"deleted by a later layer",
       {claim("debian", "12", 0, 3)},
       debian12,
       "debian 12",
       "PORTIQUE-IMAGE-DELETED-OS-RELEASE"},
      {"deleted, and a fallback is there",
       {fallback, claim("debian", "12", 0, 3)},
       debian12,
       "debian 12.5",
       "PORTIQUE-IMAGE-DELETED-OS-RELEASE"},
      {"never there, but a fallback is", {fallback}, debian12, "debian 12.5", ""},
      {"never there", {}, debian12, "debian 12", "PORTIQUE-IMAGE-NO-OS-RELEASE"},
      {"never there, and no package tells",
       {},
       {package("deb", "bash", "5")},
       " ",
       "PORTIQUE-IMAGE-NO-OS-RELEASE"},
      {"nothing to judge", {}, {package("npm", "left-pad", "1.0.0")}, " ", ""},
      {"an image of one program", {}, {}, " ", ""},
  };
  for (const Case& c : cases) {
    const SettledDistro settled = settle_distro(c.claims, c.packages);
    EXPECT_EQ(settled.distro.id + " " + settled.distro.version_id, c.distro) << c.what;
    ASSERT_EQ(settled.findings.size(), c.finding.empty() ? 0U : 1U) << c.what;
    if (c.finding.empty()) continue;
    EXPECT_EQ(settled.findings[0].id, c.finding) << c.what;
    EXPECT_FALSE(settled.findings[0].evidence.empty()) << c.what;
    EXPECT_FALSE(settled.findings[0].fingerprint.empty()) << c.what;
  }
}

TEST(SettleDistro, FindingsSayWhereAndWhat) {
  const std::vector<model::Package> packages{package("deb", "base-files", "12.4+deb12u5")};
  const std::vector<DistroClaim> claims{claim("debian", "12", 0), claim("alpine", "3.20", 2)};
  const SettledDistro settled = settle_distro(claims, packages);
  ASSERT_EQ(settled.findings.size(), 1U);
  EXPECT_EQ(settled.findings[0].path, "etc/os-release");
  EXPECT_EQ(settled.findings[0].layer, 2);
  EXPECT_EQ(settled.findings[0].evidence,
            "it says alpine 3.20, the package base-files 12.4+deb12u5 says debian 12");
}

} // namespace
} // namespace portique::scan
