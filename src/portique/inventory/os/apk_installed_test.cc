#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/inventory/os/apk_installed.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Analysis analyze(std::string_view text, const base::Limits& limits = {}) {
  return analyze_apk_installed({"lib/apk/db/installed", base::as_bytes(text)}, limits);
}

std::vector<std::string> rows(const Analysis& analysis) {
  std::vector<std::string> out;
  for (const model::Package& p : analysis.packages) {
    out.push_back(p.name + ' ' + p.version + ' ' + p.arch + ' ' + p.source_name);
  }
  return out;
}

std::vector<std::string> messages(const Analysis& analysis) {
  std::vector<std::string> out;
  for (const model::Issue& issue : analysis.issues)
    out.push_back(issue.message);
  return out;
}

TEST(ApkInstalled, ReadsEveryFieldOfARecord) {
  const Analysis found =
      analyze("C:Q1abc=\nP:libssl3\nV:3.1.4-r5\nA:aarch64\nL:Apache-2.0 AND MIT\n"
              "o:openssl\nm:A. Person <a@example.org>\nF:lib\nR:P:x\n\n");
  ASSERT_EQ(found.packages.size(), 1U);
  const model::Package want{
      .type = "apk",
      .name = "libssl3",
      .version = "3.1.4-r5",
      .arch = "aarch64",
      .source_name = "openssl",
      .source_version = "3.1.4-r5",
      .licences = {"Apache-2.0 AND MIT"},
      .maintainer = "A. Person <a@example.org>",
      .path = "lib/apk/db/installed",
  };
  EXPECT_EQ(found.packages[0], want);
  EXPECT_THAT(found.issues, IsEmpty());
}

TEST(ApkInstalled, TakesRecordsHoweverTheyAreSeparated) {
  EXPECT_THAT(rows(analyze("\n\nP:a\nV:1\n\n\n\nP:b\nV:2\no:src\n")),
              ElementsAre("a 1  a", "b 2  src"));
  EXPECT_THAT(rows(analyze("P:a\r\nV:1\r\n\r\nP:b\r\nV:2")), ElementsAre("a 1  a", "b 2  b"));
  EXPECT_THAT(rows(analyze("P:.virtual\nV:20240101.120000\nA:noarch\n")),
              ElementsAre(".virtual 20240101.120000 noarch .virtual"));
  EXPECT_EQ(analyze(""), Analysis{});
}

TEST(ApkInstalled, ReportsWhatIsBrokenAndReadsTheRest) {
  const Analysis found =
      analyze("rubbish\n\nP:only-a-name\nA:x\n\nV:1\n\nP:a\nV:1\n??\nP:b\nV:2\n\n"
              "P:two words\nV:1\n\nP:c\nV:1 0\n\nP:d\nV:4\n");
  EXPECT_THAT(rows(found), ElementsAre("a 1  a", "b 2  b", "d 4  d"));
  EXPECT_THAT(messages(found),
              ElementsAre("line 1: \"rubbish\" is no field of an apk record",
                          "line 3: package only-a-name has no version",
                          "line 6: a record without a package name",
                          "line 10: \"??\" is no field of an apk record",
                          "line 11: a record begins without a blank line before it",
                          "line 14: \"two words\" is no package name",
                          "line 17: package c has the invalid version \"1 0\""));
}

TEST(ApkInstalled, KeepsWithinItsLimits) {
  base::Limits limits;
  limits.packages = 2;
  limits.field_bytes = 20;
  const Analysis many = analyze("P:a\nV:1\n\nP:b\nV:2\n\nP:c\nV:3\n\nP:d\nV:4\n", limits);
  EXPECT_THAT(rows(many), ElementsAre("a 1  a", "b 2  b"));
  ASSERT_EQ(many.issues.size(), 1U);
  EXPECT_EQ(many.issues[0].code, base::Code::LimitExceeded);

  const Analysis wide =
      analyze("P:a\nV:1\nm:" + std::string(30, 'x') + "\nT:" + std::string(30, 'x'), limits);
  EXPECT_THAT(rows(wide), ElementsAre("a 1  a"));
  ASSERT_EQ(wide.issues.size(), 1U) << "only a field that is wanted can be too long";
  EXPECT_EQ(wide.issues[0].code, base::Code::LimitExceeded);

  limits.path_bytes = 3;
  limits.owned_paths = 2;
  const Analysis files = analyze("P:a\nV:1\nF:four\nF:x\nR:abcd\nR:1\nR:2\nR:3\n", limits);
  EXPECT_EQ(files.owned.at(0).paths.size(), 2U);
  EXPECT_EQ(files.issues.size(), 3U);

  std::string garbage;
  for (int i = 0; i < 5000; ++i)
    garbage += "garbage\n";
  EXPECT_EQ(analyze(garbage).issues.size(), 100U);
}

TEST(ApkInstalled, SaysWhichFilesAPackageOwns) {
  const Analysis found =
      analyze("P:a\nV:1\nF:\nR:.hidden\nF:usr/bin\nM:0:0:1777\nR:x\na:0:0:755\nZ:Q1abc=\nR:y z\n"
              "F:empty\n\nP:none\nV:1\nF:etc\n\nP:broken\nF:usr\nR:lost\n\nP:b\nV:2\nR:early\n"
              "F:etc\nR:..\nR:c\n");
  ASSERT_EQ(found.owned.size(), 2U);
  EXPECT_EQ(
      found.owned[0],
      (OwnedFiles{"a", {path_hash(".hidden"), path_hash("usr/bin/x"), path_hash("usr/bin/y z")}}));
  EXPECT_EQ(found.owned[1], (OwnedFiles{"b", {path_hash("etc/c")}}));
  EXPECT_THAT(messages(found),
              ElementsAre("line 17: package broken has no version",
                          "line 23: a file without a folder before it"));
}

TEST(ApkInstalled, MakesForeignTextUtf8) {
  const Analysis found = analyze("P:a\nV:1\nm:S\xf6ren\nL:\xff\n");
  ASSERT_EQ(found.packages.size(), 1U);
  EXPECT_EQ(found.packages[0].maintainer, "S\xef\xbf\xbdren");
  EXPECT_THAT(found.packages[0].licences, ElementsAre("\xef\xbf\xbd"));
}

TEST(ApkInstalled, ReadsARealAlpineDatabase) {
  PQ_SHARED_DATA_OR_SKIP(path, "pkgdb/apk/alpine-3.4/lib/apk/db/installed");
  const std::string text = base::read_file(path, 1U << 20U).value();
  const Analysis found = analyze(text);
  EXPECT_THAT(rows(found),
              ElementsAre("musl 1.1.14-r10 x86_64 musl",
                          "busybox 1.24.2-r9 x86_64 busybox",
                          "alpine-baselayout 3.0.3-r0 x86_64 alpine-baselayout",
                          "alpine-keys 1.1-r0 x86_64 alpine-keys",
                          "zlib 1.2.8-r2 x86_64 zlib",
                          "libcrypto1.0 1.0.2h-r1 x86_64 openssl",
                          "libssl1.0 1.0.2h-r1 x86_64 openssl",
                          "apk-tools 2.6.7-r0 x86_64 apk-tools",
                          "scanelf 1.1.6-r0 x86_64 pax-utils",
                          "musl-utils 1.1.14-r10 x86_64 musl",
                          "libc-utils 0.7-r0 x86_64 libc-dev",
                          "pkgconf 1.6.0-r0 x86_64 pkgconf",
                          "sqlite-libs 3.26.0-r3 x86_64 sqlite",
                          "test 2.9.11_pre20061021-r2 x86_64 test-parent",
                          "ada-libs 2.7.4-r0 x86_64 ada"));
  EXPECT_THAT(messages(found),
              ElementsAre("line 23: package invalidPackageWithoutAVersion has no version"));
  std::size_t files = 0;
  for (const OwnedFiles& owned : found.owned)
    files += owned.paths.size();
  std::size_t listed = 0;
  for (const std::string_view line : base::split(text, '\n'))
    if (line.starts_with("R:")) ++listed;
  EXPECT_EQ(files, listed);
  EXPECT_EQ(files, 76U);
}

} // namespace
} // namespace portique::inventory
