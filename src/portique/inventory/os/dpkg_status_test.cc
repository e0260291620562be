#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/os/dpkg_status.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Analysis analyze(std::string_view text,
                 const base::Limits& limits = {},
                 std::string_view path = "var/lib/dpkg/status") {
  return analyze_dpkg_status({path, base::as_bytes(text)}, limits);
}

Analysis analyze_single(std::string_view text, std::string_view name = "name") {
  return analyze(text, {}, "var/lib/dpkg/status.d/" + std::string(name));
}

std::vector<std::string> rows(const Analysis& analysis) {
  std::vector<std::string> out;
  for (const model::Package& p : analysis.packages) {
    out.push_back(p.name + '\t' + p.version + '\t' + p.arch + '\t' + p.source_name + '\t' +
                  p.source_version);
  }
  return out;
}

std::vector<std::string> names(const Analysis& analysis) {
  std::vector<std::string> out;
  for (const model::Package& p : analysis.packages)
    out.push_back(p.name);
  return out;
}

std::vector<std::string> messages(const Analysis& analysis) {
  std::vector<std::string> out;
  for (const model::Issue& issue : analysis.issues)
    out.push_back(issue.message);
  return out;
}

TEST(DpkgStatus, ReadsEveryFieldOfARecord) {
  const Analysis found = analyze("Package: libssl3\n"
                                 "Status: install ok installed\n"
                                 "Maintainer: Team <t@example.org>\n"
                                 "Architecture: amd64\n"
                                 "Source: openssl (3.0.15-1)\n"
                                 "Version: 1:3.0.15-1+b1\n"
                                 "Built-Using: glibc (= 2.36-9)\n"
                                 "Description: short\n"
                                 " Version: not a field\n");
  ASSERT_EQ(found.packages.size(), 1U);
  const model::Package want{
      .type = "deb",
      .name = "libssl3",
      .version = "1:3.0.15-1+b1",
      .arch = "amd64",
      .source_name = "openssl",
      .source_version = "3.0.15-1",
      .maintainer = "Team <t@example.org>",
      .path = "var/lib/dpkg/status",
  };
  EXPECT_EQ(found.packages[0], want);
  EXPECT_THAT(found.issues, IsEmpty());
}

TEST(DpkgStatus, CountsWhatIsOnTheDisk) {
  const struct {
    std::string_view status;
    bool counts;
    bool issue;
  } cases[] = {
      {"install ok installed", true, false},
      {"hold ok installed", true, false},
      {"deinstall ok installed", true, false}, // marked for removal, but there
      {"install reinstreq half-installed", true, false},
      {"install ok unpacked", true, false},
      {"install ok half-configured", true, false},
      {"install ok triggers-awaited", true, false},
      {"install ok triggers-pending", true, false},
      {"INSTALL OK Installed", true, false},
      {"install  ok\tinstalled", true, false},
      {"deinstall ok config-files", false, false},
      {"install ok config-files", false, false},
      {"unknown ok not-installed", false, false},
      {"purge ok not-installed", false, false},
      // Whoever writes the file must not be able to hide a package by a word we do not know.
      {"install ok present", true, true},
      {"install ok", true, true},
      {"install ok config-files more", true, true},
      {"", true, true},
  };

  for (const auto& row : cases) {
    const Analysis found =
        analyze("Package: a\nStatus: " + std::string(row.status) + "\nVersion: 1\n");
    EXPECT_EQ(found.packages.size(), row.counts ? 1U : 0U) << row.status;
    EXPECT_EQ(found.issues.size(), row.issue ? 1U : 0U) << row.status;
  }
}

TEST(DpkgStatus, TakesFieldsInAnyCaseOrderAndLineEnding) {
  const auto want = ElementsAre("a\t1\tall\tb\t2", "c\t3\t\tc\t3");
  EXPECT_THAT(rows(analyze("version: 1\nPACKAGE: a\narchitecture:all\nSource :  b (2)\n\n\n"
                           "Package: c\nVersion: 3")),
              want);
  EXPECT_THAT(rows(analyze("Package: a\r\nVersion: 1\r\nArchitecture: all\r\nSource: b (2)\r\n\r\n"
                           "Package: c\r\nVersion: 3\r\n\r\n")),
              want);
  EXPECT_THAT(
      rows(analyze("\n\n# a comment\n  \nPackage: a\nVersion: 1\nArchitecture: all\n"
                   "Description: x\n more\n \n\tmore\nSource: b (2)\n\nPackage: c\nVersion:\n"
                   " 3\n")),
      want);
  EXPECT_EQ(analyze(""), Analysis{});
}

TEST(DpkgStatus, ListsAPackageOncePerArchitecture) {
  EXPECT_THAT(rows(analyze("Package: a\nVersion: 1\nArchitecture: amd64\n\n"
                           "Package: a\nVersion: 1\nArchitecture: i386\n")),
              ElementsAre("a\t1\tamd64\ta\t1", "a\t1\ti386\ta\t1"));
}

TEST(DpkgStatus, ReportsWhatIsBrokenAndReadsTheRest) {
  const Analysis found = analyze("Package: a\nVersion: 1\nrubbish\nPackage: b\nVersion: 2\n\n"
                                 "Version: 3\n\n"
                                 "Package: two words\nVersion: 4\n\n"
                                 "Package:\n\n"
                                 "Package: d\nStatus: install ok installed\n\n"
                                 "Package: e\nVersion: 1 0\n\n"
                                 "Package: f\nVersion: 1.0_beta\nSource: F!\n\n"
                                 "Package: g\nVersion: 7\nSource: gg ()\n\n"
                                 " orphan\nPackage: h\nVersion: 8\n");
  EXPECT_THAT(rows(found),
              ElementsAre("a\t1\t\ta\t1",
                          "b\t2\t\tb\t2",
                          "f\t1.0_beta\t\tf\t1.0_beta",
                          "g\t7\t\tg\t7",
                          "h\t8\t\th\t8"));
  EXPECT_THAT(messages(found),
              ElementsAre("line 3: \"rubbish\" is no field of a record",
                          "line 4: a record begins without a blank line before it",
                          "line 7: a record without a package name",
                          "line 9: \"two words\" is no package name",
                          "line 12: a record without a package name",
                          "line 14: package d has no version",
                          "line 17: package e has the invalid version \"1 0\"",
                          "line 20: package f has the invalid version \"1.0_beta\"",
                          "line 20: package f has the invalid source \"F!\"",
                          "line 24: package g has the invalid source \"gg ()\"",
                          "line 28: \" orphan\" is no field of a record"));
}

TEST(DpkgStatus, KnowsAValidVersion) {
  for (const std::string_view version :
       {"1", "1.2-3", "1:1.2-3", "0:1", "1-2-3", "1.0~rc1+b1", "a1", "1:2:3-4", "2147483647:1"}) {
    EXPECT_THAT(messages(analyze("Package: a\nVersion: " + std::string(version))), IsEmpty())
        << version;
  }
  for (const std::string_view version :
       {"1_2", ":1", "1:", "-1", "1-", "x:1", "-1:2", "2147483648:1", "1-2_3", "1\xc3\xa9"}) {
    EXPECT_EQ(analyze("Package: a\nVersion: " + std::string(version)).issues.size(), 1U) << version;
  }
}

TEST(DpkgStatus, ReadsTheRecordsOfDistrolessImages) {
  EXPECT_THAT(names(analyze_single("Package: dash\nVersion: 0.5\n", "ZGFzaA")),
              ElementsAre("dash"));
  EXPECT_THAT(messages(analyze_single("Package: dash\n")),
              ElementsAre("line 1: package dash has no version"));
  EXPECT_THAT(messages(analyze_single("Version: 1\n")),
              ElementsAre("line 1: a record without a package name"));
}

TEST(DpkgStatus, LeavesOtherFilesOfDistrolessImagesAlone) {
  EXPECT_EQ(analyze_single("d41d8cd98f00b204e9800998ecf8427e  usr/bin/x\n", "a.md5sums"),
            Analysis{});
  EXPECT_EQ(analyze_single("Package: in-a-script\nVersion: 1\n", "a.preinst"), Analysis{});
  EXPECT_EQ(analyze_single("#!/bin/sh\nset -e\necho hello\n", "setup"), Analysis{});
  EXPECT_EQ(analyze_single(std::string(100, '\0'), "blob"), Analysis{});
}

TEST(DpkgStatus, KeepsWithinItsLimits) {
  base::Limits limits;
  limits.packages = 2;
  limits.field_bytes = 20;
  const Analysis many = analyze("Package: a\nVersion: 1\n\nPackage: b\nVersion: 2\n\n"
                                "Package: c\nVersion: 3\n\nPackage: d\nVersion: 4\n",
                                limits);
  EXPECT_THAT(names(many), ElementsAre("a", "b"));
  ASSERT_EQ(many.issues.size(), 1U);
  EXPECT_EQ(many.issues[0].code, base::Code::LimitExceeded);
  const std::string wide(30, 'x');
  const Analysis long_fields =
      analyze("Package: a\nVersion: 1\nMaintainer: " + wide + "\nDescription: " + wide, limits);
  EXPECT_THAT(names(long_fields), ElementsAre("a"));
  ASSERT_EQ(long_fields.issues.size(), 1U) << "only a field that is wanted can be too long";
  EXPECT_EQ(long_fields.issues[0].code, base::Code::LimitExceeded);
}

// What dpkg-query says about a status file, in the form of rows(); packages of which only
// configuration files are left are not asked for.
std::vector<std::string> dpkg_query(const std::filesystem::path& database) {
  const std::string command =
      "dpkg-query --admindir='" + database.string() +
      "' -W -f '${db:Status-Status} ${Package}\\t${Version}\\t${Architecture}"
      "\\t${source:Package}\\t${source:Version}\\n' 2>/dev/null";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"),
                                                             ::pclose);
  std::vector<std::string> out;
  std::string line;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) {
    if (c != '\n') {
      line.push_back(static_cast<char>(c));
      continue;
    }
    const std::size_t blank = line.find(' ');
    if (line.substr(0, blank) != "config-files") out.push_back(line.substr(blank + 1));
    line.clear();
  }
  std::ranges::sort(out);
  return out;
}

void expect_like_dpkg(std::string_view status) {
  // A copy: the machine's own database may change in between.
  const auto folder = base::TempDir::create("dpkg-status").value();
  ASSERT_TRUE(base::write_file_atomically(folder.path() / "status", status));
  const std::vector<std::string> want = dpkg_query(folder.path());
  if (want.empty()) GTEST_SKIP() << "dpkg-query is not here or refuses the file";
  const Analysis found = analyze(status);
  std::vector<std::string> got = rows(found);
  std::ranges::sort(got);
  EXPECT_EQ(got, want);
  EXPECT_THAT(messages(found), IsEmpty());
}

TEST(DpkgStatus, AgreesWithDpkgOnThisMachine) {
  const auto status = base::read_file("/var/lib/dpkg/status", 256U << 20U);
  if (!status) GTEST_SKIP() << "no dpkg database on this machine";
  expect_like_dpkg(*status);
}

TEST(DpkgStatus, AgreesWithDpkgOnALargeUbuntuDatabase) {
  PQ_SHARED_DATA_OR_SKIP(path, "pkgdb/dpkg/texlive/var/lib/dpkg/status");
  expect_like_dpkg(base::read_file(path, 256U << 20U).value());
}

TEST(DpkgStatus, AgreesWithDpkgOnEveryState) {
  const struct {
    std::string_view name;
    std::string_view field; // that dpkg demands or allows in this state
  } states[] = {
      {"installed", ""},
      {"half-installed", ""},
      {"unpacked", "Config-Version: 1-1\n"},
      {"half-configured", "Config-Version: 1-1\n"},
      {"triggers-awaited", "Triggers-Awaited: other\n"},
      {"triggers-pending", "Triggers-Pending: /usr/share/x\n"},
      {"config-files", "Config-Version: 1-1\n"},
  };

  std::string status;
  int number = 0;
  for (const std::string_view want : {"install", "hold", "deinstall", "purge"}) {
    for (const auto& state : states) {
      ++number;
      status += "Package: p" + std::to_string(number) + "\nStatus: " + std::string(want) + " ok " +
                std::string(state.name) +
                "\nVersion: 1-1\nArchitecture: all\nMaintainer: M\nDescription: d\n" +
                std::string(state.field) +
                (number % 2 == 0 ? "Source: s (2)\n\n" : "Source: s\n\n");
    }
  }
  expect_like_dpkg(status);
}

TEST(DpkgStatus, ReadsTheSharedCases) {
  const struct {
    std::string_view file;
    std::vector<std::string> packages;
    std::size_t issues;
  } cases[] = {
      {"cases/corrupt.status", {}, 3},
      {"cases/deinstall.status", {"linux-image-6.14.0-1012-aws"}, 0},
      {"cases/multiple.status", {"tzdata", "util-linux"}, 2},
      {"cases/transitional.status", {"git-core"}, 0},
      {"debian-only/var/lib/dpkg/status", {"debian-archive-keyring"}, 0},
      {"distroless/var/lib/dpkg/status.d/dash", {"dash"}, 0},
      {"distroless/var/lib/dpkg/status.d/libsqlite3-0", {"libsqlite3-0"}, 0},
      {"distroless/var/lib/dpkg/status.d/libsqlite3-0.md5sums", {}, 0},
      {"distroless/var/lib/dpkg/status.d/libsqlite3-0.preinst", {}, 0},
      {"distroless/var/lib/dpkg/status.d/netbase", {"netbase"}, 0},
  };

  for (const auto& row : cases) {
    PQ_SHARED_DATA_OR_SKIP(path, "pkgdb/dpkg/" + std::string(row.file));
    const Analysis found = analyze(base::read_file(path, 1U << 20U).value(), {}, row.file);
    EXPECT_EQ(names(found), row.packages) << row.file;
    EXPECT_EQ(found.issues.size(), row.issues)
        << row.file << testing::PrintToString(messages(found));
  }
}

} // namespace
} // namespace portique::inventory
