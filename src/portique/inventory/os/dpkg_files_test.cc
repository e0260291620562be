#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"
#include "portique/inventory/os/dpkg_files.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kList = "var/lib/dpkg/info/libx1:amd64.list";
constexpr std::string_view kChecksums = "var/lib/dpkg/status.d/libx1.md5sums";

Analysis
analyze(std::string_view text, std::string_view path = kList, const base::Limits& limits = {}) {
  return analyze_dpkg_files({path, base::as_bytes(text)}, limits);
}

std::vector<std::string> messages(const Analysis& analysis) {
  std::vector<std::string> out;
  for (const model::Issue& issue : analysis.issues)
    out.push_back(issue.message);
  return out;
}

OwnedFiles owned(std::string package, const std::vector<std::string_view>& paths) {
  OwnedFiles files{std::move(package), {}};
  for (const std::string_view path : paths)
    files.paths.push_back(path_hash(path));
  return files;
}

TEST(DpkgFiles, LeavesFoldersOut) {
  const Analysis found = analyze("/.\n/usr\n/usr/bin\n/usr/bin/a\n/usr/bin/ab\n/usr/bin/ab/c\n"
                                 "/usr/share\n/usr/share/doc\n/usr/share/doc/x y\r\n/etc/z");
  EXPECT_THAT(
      found.owned,
      ElementsAre(owned("libx1", {"usr/bin/a", "usr/bin/ab/c", "usr/share/doc/x y", "etc/z"})));
  EXPECT_THAT(found.issues, IsEmpty());
}

TEST(DpkgFiles, APackageMayHaveNone) {
  EXPECT_EQ(analyze(""), Analysis{});
  EXPECT_EQ(analyze("/.\n"), Analysis{});
  EXPECT_EQ(analyze("", kChecksums), Analysis{});
}

TEST(DpkgFiles, ReadsChecksums) {
  const std::string sum(32, 'a');
  const Analysis found =
      analyze(sum + "  usr/lib/libx.so.1\n" + sum + " *usr/share/doc/a b\n", kChecksums);
  EXPECT_THAT(found.owned, ElementsAre(owned("libx1", {"usr/lib/libx.so.1", "usr/share/doc/a b"})));
  EXPECT_THAT(found.issues, IsEmpty());
}

TEST(DpkgFiles, SaysWhatIsBrokenAndReadsTheRest) {
  const Analysis list = analyze(std::string("usr/bin/a\n/usr/bin/b\n/c\0d\n", 26));
  EXPECT_THAT(list.owned, ElementsAre(owned("libx1", {"usr/bin/b"})));
  EXPECT_THAT(messages(list),
              ElementsAre("line 1: \"usr/bin/a\" is no absolute path",
                          "line 3: \"/c\xef\xbf\xbd"
                          "d\" is no absolute path"));

  const std::string sum(32, '0');
  const Analysis checksums = analyze(sum + "  a\n" + sum + "\n" + sum + "  \n" + sum + " b\n" +
                                         sum.substr(1) + "  c\n" + "x" + sum.substr(1) + "  d\n",
                                     kChecksums);
  EXPECT_THAT(checksums.owned, ElementsAre(owned("libx1", {"a", "b"})));
  EXPECT_EQ(checksums.issues.size(), 4U);

  EXPECT_THAT(messages(analyze("/a", "var/lib/dpkg/info/-x.list")),
              ElementsAre("\"-x\" is no package name"));
}

TEST(DpkgFiles, KeepsWithinItsLimits) {
  base::Limits limits;
  limits.path_bytes = 10;
  limits.owned_paths = 2;
  const Analysis found = analyze("/a\n/" + std::string(10, 'x') + "\n/b\n/c\n", kList, limits);
  EXPECT_THAT(found.owned, ElementsAre(owned("libx1", {"a", "b"})));
  EXPECT_EQ(found.issues.size(), 2U);
  EXPECT_EQ(analyze(std::string(5000, '\n') + std::string(5000, 'x')).issues.size(), 1U);
}

TEST(DpkgFiles, ReadsARealDistrolessImage) {
  PQ_SHARED_DATA_OR_SKIP(path, "pkgdb/dpkg/distroless/var/lib/dpkg/status.d/libsqlite3-0.md5sums");
  const Analysis found = analyze(base::read_file(path, 1U << 20U).value(),
                                 "var/lib/dpkg/status.d/libsqlite3-0.md5sums");
  EXPECT_THAT(found.owned,
              ElementsAre(owned("libsqlite3-0",
                                {"usr/lib/aarch64-linux-gnu/libsqlite3.so.0.8.6",
                                 "usr/share/doc/libsqlite3-0/README.Debian",
                                 "usr/share/doc/libsqlite3-0/changelog.Debian.gz",
                                 "usr/share/doc/libsqlite3-0/changelog.gz",
                                 "usr/share/doc/libsqlite3-0/changelog.html.gz",
                                 "usr/share/doc/libsqlite3-0/copyright"})));
}

/// What dpkg says that a package owns, hashed: all of it, and what is a regular file here.
struct DpkgSays {
  std::set<std::uint64_t> all;
  std::set<std::uint64_t> regular;
};

DpkgSays dpkg_says(const std::string& package) {
  DpkgSays says;
  const auto output = base::run_program({"dpkg", "-L", package}, {.output_bytes = 64U << 20U});
  if (!output || output->exit_status != 0) return says;
  for (const std::string_view line : base::split(output->out, '\n')) {
    if (!line.starts_with('/')) continue; // "diverted by ..."
    const std::uint64_t hash = path_hash(line.substr(1));
    says.all.insert(hash);
    std::error_code error;
    const fs::file_status status = fs::symlink_status(line, error);
    if (status.type() == fs::file_type::regular) says.regular.insert(hash);
  }
  return says;
}

TEST(DpkgFiles, AgreesWithDpkgOnThisMachine) {
  const fs::path info = "/var/lib/dpkg/info";
  if (!fs::exists(info)) GTEST_SKIP() << "no dpkg database on this machine";
  std::size_t packages = 0;
  for (const auto& entry : fs::directory_iterator(info)) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() != ".list" || (packages > 0 && name.starts_with("lib"))) continue;
    const DpkgSays want = dpkg_says(name);
    if (want.all.empty()) continue; // only configuration files are left, or it went just now
    if (++packages == 60) break;    // a process each
    const std::string text = base::read_file(entry.path(), 64U << 20U).value();
    const Analysis found = analyze(text, "var/lib/dpkg/info/" + name + ".list");
    EXPECT_THAT(found.issues, IsEmpty()) << name;
    std::set<std::uint64_t> got;
    for (const OwnedFiles& files : found.owned) {
      EXPECT_EQ(files.package, name.substr(0, name.find(':')));
      got.insert(files.paths.begin(), files.paths.end());
    }
    for (const std::uint64_t hash : got)
      EXPECT_TRUE(want.all.contains(hash)) << name;
    for (const std::uint64_t hash : want.regular)
      EXPECT_TRUE(got.contains(hash)) << name;
  }
  EXPECT_GT(packages, 0U);
}

} // namespace
} // namespace portique::inventory
