#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/os/opkg_control.h"
#include "portique/inventory/os/opkg_files.h"
#include "portique/inventory/os/opkg_status.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kStatus = "usr/lib/opkg/status";

// As OpenWrt 23.05 writes it.
TEST(OpkgStatus, ReadsRecords) {
  const Analysis found =
      analyze_text(kOpkgStatus,
                   kStatus,
                   "Package: dropbear\nVersion: 2022.82-5\n"
                   "Depends: libc, libubox20230523\n"
                   "Status: install user installed\nArchitecture: x86_64\n"
                   "Conffiles:\n /etc/config/dropbear 9b2e\n"
                   "Installed-Time: 1701257603\n\n"
                   "Package: libc\nVersion: 1.2.4-4\n"
                   "Status: install hold installed\nArchitecture: x86_64\n\n"
                   "Package: gone\nVersion: 1\nStatus: deinstall ok not-installed\n\n"
                   "Package: half\nVersion: 1\n"
                   "Status: install ok post-inst-failed\n\n");
  EXPECT_THAT(listed(found), ElementsAre("dropbear@2022.82-5", "half@1", "libc@1.2.4-4"));
  EXPECT_EQ(issues_of(found), "");
  const model::Package* dropbear = find_package(found, "dropbear");
  ASSERT_NE(dropbear, nullptr);
  EXPECT_EQ(dropbear->type, "opkg");
  EXPECT_EQ(dropbear->arch, "x86_64");
  EXPECT_EQ(dropbear->path, kStatus);
}

TEST(OpkgStatus, SaysWhatIsBroken) {
  EXPECT_EQ(issues_of(analyze_text(kOpkgStatus, kStatus, "Package: a\n")),
            "line 1: package a has no version\n");
}

TEST(OpkgFiles, AreThePackagesOfTheName) {
  const Analysis found = analyze_text(kOpkgFiles,
                                      "usr/lib/opkg/info/kmod-x.1.list",
                                      "/etc/init.d/x\n/usr/sbin/x\t0100755\t\n\n/lib/a b\n");
  EXPECT_THAT(
      found.owned,
      ElementsAre(OwnedFiles{
          "kmod-x.1", {path_hash("etc/init.d/x"), path_hash("usr/sbin/x"), path_hash("lib/a b")}}));
  EXPECT_THAT(found.issues, IsEmpty());
  EXPECT_EQ(issues_of(analyze_text(kOpkgFiles, "usr/lib/opkg/info/a.list", "x\n/y\n")),
            "line 1: \"x\" is no absolute path\n");
  EXPECT_EQ(issues_of(analyze_text(kOpkgFiles, "usr/lib/opkg/info/-.list", "/y\n")),
            "\"-\" is no package name\n");
}

TEST(OpkgControl, HasTheLicence) {
  constexpr std::string_view kPath = "usr/lib/opkg/info/dropbear.control";
  EXPECT_THAT(analyze_text(kOpkgControl,
                           kPath,
                           "Package: dropbear\nVersion: 1\nLicense:  MIT\nDescription: a\n b\n")
                  .licences,
              ElementsAre(LicenceFact{"dropbear", {"MIT"}}));
  EXPECT_EQ(analyze_text(kOpkgControl, kPath, "Package: a\nLicense:\n"), Analysis{});
  EXPECT_EQ(issues_of(analyze_text(kOpkgControl, kPath, "License: MIT\n")),
            "it names no package\n");
  EXPECT_EQ(issues_of(analyze_text(kOpkgControl, kPath, "Package: a\nrubbish\n")),
            "line 2: \"rubbish\" is no field of a record\n");
}

} // namespace
} // namespace portique::inventory
