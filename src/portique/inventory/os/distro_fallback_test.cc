#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/os/distro_fallback.h"

namespace portique::inventory {
namespace {

using testing::IsEmpty;

Analysis analyze(std::string_view file, std::string_view text) {
  const std::string path = "etc/" + std::string(file);
  return analyze_distro_fallback({path, base::as_bytes(text)}, {});
}

TEST(DistroFallback, KnowsTheDistributionsByTheirFiles) {
  const struct {
    std::string_view file;
    std::string_view text;
    std::string_view id;
    std::string_view version;
    std::string_view codename;
  } rows[] = {
      {"alpine-release", "3.19.1\n", "alpine", "3.19.1", ""},
      {"alpine-release", "3.20.0_alpha20231219\n", "alpine", "3.20.0_alpha20231219", ""},
      {"debian_version", "12.7\n", "debian", "12.7", ""},
      {"debian_version", "trixie/sid\n", "debian", "", "trixie"},
      {"debian_version", "squeeze\n", "debian", "", "squeeze"},
      {"lsb-release",
       "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\nDISTRIB_CODENAME=trusty\n"
       "DISTRIB_DESCRIPTION=\"Ubuntu 14.04.6 LTS\"\n",
       "ubuntu",
       "14.04",
       "trusty"},
      {"lsb-release",
       "DISTRIB_ID=\"VMware Photon OS\"\nDISTRIB_RELEASE=\"4.0\"\n",
       "photon",
       "4.0",
       ""},
      {"redhat-release",
       "Red Hat Enterprise Linux Server release 7.9 (Maipo)\n",
       "rhel",
       "7.9",
       "Maipo"},
      {"redhat-release", "Red Hat Enterprise Linux release 8.4 (Ootpa)\n", "rhel", "8.4", "Ootpa"},
      {"centos-release", "CentOS release 6.10 (Final)\n", "centos", "6.10", "Final"},
      {"centos-release", "CentOS Linux release 7.9.2009 (Core)\n", "centos", "7.9.2009", "Core"},
      {"centos-release", "CentOS Stream release 9\n", "centos", "9", ""},
      {"almalinux-release",
       "AlmaLinux release 9.3 (Shamrock Pampas Cat)\n",
       "almalinux",
       "9.3",
       "Shamrock Pampas Cat"},
      {"rocky-release", "Rocky Linux release 9.3 (Blue Onyx)\n", "rocky", "9.3", "Blue Onyx"},
      {"oracle-release", "Oracle Linux Server release 8.9\n", "ol", "8.9", ""},
      {"fedora-release", "Fedora release 38 (Thirty Eight)\n", "fedora", "38", "Thirty Eight"},
      {"system-release", "Amazon Linux release 2 (Karoo)\n", "amzn", "2", "Karoo"},
      {"system-release", "Amazon Linux AMI release 2018.03\n", "amzn", "2018.03", ""},
      {"photon-release",
       "VMware Photon OS 4.0\nPHOTON_BUILD_NUMBER=2f5aad892\n",
       "photon",
       "4.0",
       ""},
      {"photon-release", "VMware Photon Linux 1.0\n", "photon", "1.0", ""},
      {"mageia-release", "Mageia release 9 (Official) for x86_64\n", "mageia", "9", "Official"},
      {"openEuler-release", "openEuler release 22.03 (LTS-SP3)\n", "openeuler", "22.03", "LTS-SP3"},
      {"SuSE-release",
       "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n",
       "sles",
       "11.4",
       ""},
      {"SuSE-release",
       "SUSE Linux Enterprise Server 12 (x86_64)\nVERSION = 12\nPATCHLEVEL = 0\n# comment\n",
       "sles",
       "12",
       ""},
      {"SuSE-release",
       "openSUSE 13.2 (x86_64)\nVERSION = 13.2\nCODENAME = Harlequin\n",
       "opensuse",
       "13.2",
       "Harlequin"},
      {"arch-release", "", "arch", "", ""},
      {"arch-release", "Arch Linux release\n", "arch", "", ""},
      // A name nobody knows is still a name: the report says that it is not covered.
      {"redhat-release", "Some New OS release 1.2\n", "some-new-os", "1.2", ""},
  };

  for (const auto& row : rows) {
    const Analysis found = analyze(row.file, row.text);
    ASSERT_TRUE(found.distro) << row.file << ": " << row.text;
    EXPECT_EQ(found.distro->id, row.id) << row.text;
    EXPECT_EQ(found.distro->version_id, row.version) << row.text;
    EXPECT_EQ(found.distro->codename, row.codename) << row.text;
    EXPECT_EQ(found.distro->path, "etc/" + std::string(row.file));
    EXPECT_THAT(found.issues, IsEmpty()) << row.text;
  }
}

TEST(DistroFallback, GivesNamesForPeople) {
  const auto suse = analyze("SuSE-release", "openSUSE 13.2 (x86_64)\nVERSION = 13.2\n").distro;
  EXPECT_EQ(suse->name, "openSUSE");
  EXPECT_EQ(suse->pretty_name, "openSUSE 13.2 (x86_64)");
  const auto centos = analyze("centos-release", "CentOS Linux release 7.9.2009 (Core)\n").distro;
  EXPECT_EQ(centos->name, "CentOS Linux");
  EXPECT_EQ(centos->pretty_name, "CentOS Linux release 7.9.2009 (Core)");
  EXPECT_EQ(analyze("debian_version", "12.7").distro->pretty_name, "Debian GNU/Linux 12.7");
  EXPECT_EQ(analyze("photon-release", "VMware Photon OS 4.0").distro->name, "VMware Photon OS");
}

TEST(DistroFallback, ReportsWhatItCannotRead) {
  const struct {
    std::string_view file;
    std::string_view text;
  } rows[] = {
      {"alpine-release", ""},
      {"alpine-release", "edge"},
      {"debian_version", ""},
      {"debian_version", "\x01\x02"},
      {"redhat-release", "nothing that we know\n"},
      {"redhat-release", " release 9"},
      {"redhat-release", "A\x1b[2J release 9"},
      {"photon-release", "VMware\n"},
      {"photon-release", "VMware Photon\n"},
      {"SuSE-release", ""},
      {"SuSE-release", "openSUSE\n"},
      {"lsb-release", "DISTRIB_ID=\"Ubuntu\n"},
  };

  for (const auto& row : rows) {
    const Analysis found = analyze(row.file, row.text);
    EXPECT_FALSE(found.distro) << row.file << ": " << row.text;
    EXPECT_EQ(found.issues.size(), 1U) << row.file << ": " << row.text;
  }
  EXPECT_EQ(analyze("lsb-release", "LSB_VERSION=base-4.0-amd64\n"), Analysis{});
}

model::Distro candidate(std::string id, std::string path) {
  return {.id = std::move(id), .path = std::move(path)};
}

TEST(DistroFallback, TakesTheFirstSourceThatNamesADistribution) {
  using Candidates = std::vector<model::Distro>;

  const struct {
    Candidates candidates;
    std::string_view id;
  } rows[] = {
      {{}, ""},
      {{candidate("", "etc/os-release")}, ""},
      {{candidate("debian", "etc/debian_version"), candidate("ubuntu", "etc/os-release")},
       "ubuntu"},
      {{candidate("b", "usr/lib/os-release"), candidate("a", "etc/os-release")}, "a"},
      {{candidate("debian", "etc/debian_version"), candidate("ubuntu", "etc/lsb-release")},
       "ubuntu"},
      {{candidate("rhel", "etc/redhat-release"), candidate("centos", "etc/centos-release")},
       "centos"},
      {{candidate("linux", "etc/os-release"), candidate("alpine", "etc/alpine-release")}, "alpine"},
      {{candidate("linux", "etc/os-release")}, "linux"},
      {{candidate("fedora", "etc/fedora-release"),
        candidate("coreos", "usr/lib/os.release.d/os-release-coreos")},
       "coreos"},
      {{candidate("rhel", "opt/redhat-release"), candidate("ubuntu", "opt/lsb-release")}, "rhel"},
  };

  for (const auto& row : rows) {
    EXPECT_EQ(merge_distro(row.candidates).id, row.id) << testing::PrintToString(row.id);
  }
}

} // namespace
} // namespace portique::inventory
