// From os-release to the ecosystem strings of OSV. VERSION_ID and PRETTY_NAME as the distributions
// write them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/advisory_test_support.h"
#include "portique/advisory/ecosystem.h"
#include "portique/version/schemes.h"

namespace portique::advisory {
namespace {

using ::testing::Contains;
using ::testing::Not;

struct EcosystemCase {
  const char* id;
  const char* version_id;
  const char* pretty_name;
  const char* releases; ///< joined by ", "
};

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts)
    all += (all.empty() ? "" : ", ") + text;
  return all;
}

TEST(Ecosystem, NamesReleasesAsOsvDoes) {
  const std::vector<EcosystemCase> cases{
      {"debian", "12", "Debian GNU/Linux 12 (bookworm)", "Debian:12"},
      {"debian", "11.6", "", "Debian:11"},
      {"debian", "7", "Debian GNU/Linux 7 (wheezy)", "Debian:7"},
      {"debian", "6.0.10", "", "Debian:6.0"},
      {"debian", "4.0", "", "Debian:4.0"},
      {"debian", "3.1", "", "Debian:3.1"},
      {"debian", "", "Debian GNU/Linux trixie/sid", "Debian:13"},
      {"debian", "", "Debian GNU/Linux", ""},
      {"ubuntu", "22.04", "Ubuntu 22.04.4 LTS", "Ubuntu:22.04:LTS"},
      {"ubuntu", "23.10", "Ubuntu 23.10", "Ubuntu:23.10"},
      {"ubuntu", "23.04", "", "Ubuntu:23.04"},
      {"ubuntu", "18.04.6", "", "Ubuntu:18.04:LTS"},
      {"ubuntu", "", "", ""},
      {"alpine", "3.19.1", "Alpine Linux v3.19", "Alpine:v3.19"},
      {"alpine", "3.4.6", "", "Alpine:v3.4"},
      {"alpine", "3.20.0_alpha20231219", "Alpine Linux edge", "Alpine:edge"},
      {"wolfi", "20230201", "Wolfi", "Wolfi"},
      {"chainguard", "20230214", "Chainguard", "Chainguard"},
      {"almalinux", "9.4", "AlmaLinux 9.4 (Seafoam Ocelot)", "AlmaLinux:9"},
      {"rocky", "8.9", "Rocky Linux 8.9 (Green Obsidian)", "Rocky Linux:8"},
      {"rhel", "9.3", "", "Red Hat:enterprise_linux:9, Red Hat:enterprise_linux:9::*"},
      {"centos", "7", "", "Red Hat:enterprise_linux:7, Red Hat:enterprise_linux:7::*"},
      {"opensuse-leap", "15.5", "openSUSE Leap 15.5", "openSUSE:Leap 15.5"},
      {"opensuse-tumbleweed", "20240101", "", "openSUSE:Tumbleweed"},
      {"openEuler", "22.03", "openEuler 22.03 (LTS-SP3)", "openEuler:22.03-LTS-SP3"},
      {"mageia", "9", "Mageia 9", "Mageia:9"},
      {"photon", "5.0", "VMware Photon OS/Linux", "Photon OS:5.0"},
      {"azurelinux", "3.0", "Microsoft Azure Linux 3.0", "Azure Linux:3"},
      {"mariner", "2.0.20230126", "CBL-Mariner/Linux", "Azure Linux:2"},
      {"DEBIAN", "12", "", "Debian:12"},
  };
  for (const EcosystemCase& row : cases) {
    const auto ecosystem = ecosystem_of(distro_of(row.id, row.version_id, row.pretty_name));
    ASSERT_TRUE(ecosystem) << row.id;
    EXPECT_EQ(joined(ecosystem->releases), row.releases) << row.id << " " << row.version_id;
  }
}

TEST(Ecosystem, HasAnOrderOfVersionsForEveryDistribution) {
  for (const char* id : {"debian",    "ubuntu", "alpine",    "wolfi",         "chainguard",
                         "minimos",   "echo",   "almalinux", "rocky",         "rhel",
                         "centos",    "sles",   "sle-micro", "opensuse-leap", "opensuse-tumbleweed",
                         "openeuler", "mageia", "photon",    "azurelinux",    "mariner"}) {
    const auto ecosystem = ecosystem_of(distro_of(id, "1.0"));
    ASSERT_TRUE(ecosystem) << id;
    EXPECT_TRUE(version::scheme_of_ecosystem(ecosystem->base)) << ecosystem->base;
  }
}

TEST(Ecosystem, IsUnknownForDistributionsThatOsvDoesNotHave) {
  for (const char* id : {"", "arch", "void", "gentoo", "../../debian"})
    EXPECT_FALSE(ecosystem_of(distro_of(id, "1"))) << id;
}

TEST(Ecosystem, HasExtendedSupportForUbuntusLongTermReleases) {
  EXPECT_THAT(ecosystem_of(distro_of("ubuntu", "16.04"))->extended,
              Contains("Ubuntu:Pro:16.04:LTS"));
  EXPECT_EQ(joined(ecosystem_of(distro_of("ubuntu", "23.10"))->extended), "");
  EXPECT_EQ(joined(ecosystem_of(distro_of("debian", "12"))->extended), "");
}

TEST(Ecosystem, TakesTheModulesOfAServicePack) {
  const auto sles = ecosystem_of(distro_of("sles", "15.4"));
  ASSERT_TRUE(sles);
  EXPECT_THAT(sles->releases, Contains("SUSE:Linux Enterprise Server 15 SP4"));
  EXPECT_THAT(sles->releases, Contains("SUSE:Linux Enterprise Module for Basesystem 15 SP4"));
  EXPECT_THAT(sles->releases, Not(Contains("SUSE:Linux Enterprise Server 15 SP5")));
  EXPECT_THAT(ecosystem_of(distro_of("sle-micro", "5.5"))->releases,
              Contains("SUSE:Linux Enterprise Micro 5.5"));
}

TEST(Ecosystem, MatchesByWholeNameOrByItsBeginning) {
  const std::vector<std::string> releases{"Red Hat:enterprise_linux:9::*", "Debian:1"};
  EXPECT_TRUE(names_release(releases, "Red Hat:enterprise_linux:9::appstream"));
  EXPECT_FALSE(names_release(releases, "Red Hat:enterprise_linux:9"));
  EXPECT_FALSE(names_release(releases, "Red Hat:enterprise_linux:90::baseos"));
  EXPECT_TRUE(names_release(releases, "Debian:1"));
  EXPECT_FALSE(names_release(releases, "Debian:12"));
  EXPECT_FALSE(names_release({}, ""));
}

struct EndCase {
  const char* id;
  const char* version_id;
  const char* end; ///< "" if unknown
};

TEST(EndOfLife, IsThatOfTheRegularSupport) {
  const std::vector<EndCase> cases{
      {"debian", "11", "2026-08-31"},
      {"debian", "11.6", "2026-08-31"},
      {"debian", "1", ""},
      {"debian", "", ""},
      {"ubuntu", "18.04", "2023-05-31"},
      {"alpine", "3.4.6", "2018-05-01"},
      {"alpine", "3.40.1", ""},
      {"almalinux", "8.9", "2029-03-01"},
      {"centos", "8", "2021-12-31"},
      {"rhel", "8.10", "2029-05-31"},
      {"sles", "15.4", "2023-12-31"},
      {"sles", "15.40", ""},
      {"DEBIAN", "12", "2028-06-30"},
      {"arch", "12", ""},
      {"", "", ""},
  };
  for (const EndCase& row : cases) {
    const auto end = end_of_life(distro_of(row.id, row.version_id));
    EXPECT_EQ(end ? base::format_date(*end) : "", row.end) << row.id << " " << row.version_id;
  }
}

} // namespace
} // namespace portique::advisory
