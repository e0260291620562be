// The three forms of rpm's database against `rpm -qa`, which reads what Debian's librpm can read.

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"
#include "portique/inventory/os/rpm_bdb.h"
#include "portique/inventory/os/rpm_header.h"
#include "portique/inventory/os/rpm_ndb.h"
#include "portique/inventory/os/rpm_sqlite.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string read(const fs::path& path) {
  return base::read_file(path, 512U << 20U).value();
}

std::string fixture(std::string_view relative) {
  return read(fs::path(PORTIQUE_TESTDATA) / relative);
}

/// "name|version|arch|source rpm|licence|module", sorted.
std::vector<std::string> lines_of(const Analysis& analysis) {
  std::vector<std::string> lines;
  for (const model::Package& p : analysis.packages)
    lines.push_back(fmt::format("{}|{}|{}|{}|{}|{}",
                                p.name,
                                p.version,
                                p.arch,
                                p.source_rpm,
                                p.licences.empty() ? "" : p.licences[0],
                                p.module_label));
  std::ranges::sort(lines);
  return lines;
}

/// The same from rpm; nothing if it is not there.
std::optional<std::vector<std::string>> rpm_lines(const fs::path& folder,
                                                  const std::string& backend) {
  const auto output = base::run_program(
      {"rpm",
       "--define",
       "_db_backend " + backend,
       "--dbpath",
       folder.string(),
       "-qa",
       "--qf",
       "%{NAME}|%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}|%|ARCH?{%{ARCH}}|"
       "|%|SOURCERPM?{%{SOURCERPM}}||%{LICENSE}|%|MODULARITYLABEL?{%{MODULARITYLABEL}}|\n"});
  if (!output || output->exit_status != 0) return std::nullopt;
  std::vector<std::string> lines;
  for (const std::string_view line : base::split(output->out, '\n'))
    if (!line.empty() && !line.starts_with("gpg-pubkey|")) lines.emplace_back(line);
  std::ranges::sort(lines);
  return lines;
}

/// Package and path of every regular file, the path as its hash.
using Files = std::set<std::pair<std::string, std::uint64_t>>;

Files files_of(const Analysis& analysis) {
  Files files;
  for (const OwnedFiles& owned : analysis.owned)
    for (const std::uint64_t path : owned.paths)
      files.emplace(owned.package, path);
  return files;
}

/// The same from rpm, which must be able to read the database.
Files rpm_files(const fs::path& folder, const std::string& backend) {
  const auto output = base::run_program({"rpm",
                                         "--define",
                                         "_db_backend " + backend,
                                         "--dbpath",
                                         folder.string(),
                                         "-qa",
                                         "--qf",
                                         "[%{=NAME} %{FILEMODES:perms} %{FILENAMES}\\n]"});
  Files files;
  EXPECT_TRUE(output && output->exit_status == 0);
  if (!output) return files;
  for (std::string_view line : base::split(output->out, '\n')) {
    const std::string_view name = base::take_until(line, ' ');
    const std::string_view mode = base::take_until(line, ' ');
    if (mode.starts_with('-')) files.emplace(name, path_hash(line.substr(1)));
  }
  return files;
}

/// A copy that rpm may lock.
fs::path copy_of(const fs::path& database, const base::TempDir& folder) {
  fs::copy(database, folder.path() / database.filename());
  return folder.path();
}

using Analyze = Analysis (*)(const FileContent&, const base::Limits&);

struct RealDatabase {
  std::string path;
  Analyze analyze;
  std::string backend; ///< "": Debian's rpm cannot read it
  std::size_t packages;
  std::size_t files; ///< regular ones
};

class RpmReal : public testing::TestWithParam<RealDatabase> {};

TEST_P(RpmReal, AgreesWithRpm) {
  const RealDatabase& real = GetParam();
  PQ_SHARED_DATA_OR_SKIP(path, "pkgdb/rpm/" + real.path);
  const std::string content = read(path);
  const Analysis found = real.analyze({"var/lib/rpm/x", base::as_bytes(content)}, {});
  for (const model::Issue& issue : found.issues)
    ADD_FAILURE() << issue.message;
  EXPECT_EQ(found.packages.size(), real.packages);
  EXPECT_EQ(files_of(found).size(), real.files);
  if (real.backend.empty()) return;
  const auto folder = base::TempDir::create("rpm").value();
  const auto want = rpm_lines(copy_of(path, folder), real.backend);
  if (!want) GTEST_SKIP() << "rpm cannot read the database here";
  EXPECT_EQ(lines_of(found), *want);
  EXPECT_EQ(files_of(found), rpm_files(folder.path(), real.backend));
}

INSTANTIATE_TEST_SUITE_P(
    Databases,
    RpmReal,
    testing::Values(
        RealDatabase{"cbl-mariner-2.0/rpmdb.sqlite", analyze_rpm_sqlite, "sqlite", 129, 5366},
        RealDatabase{"sle15-bci/Packages.db", analyze_rpm_ndb, "", 35, 1081},
        RealDatabase{"fedora-bdb/Packages", analyze_rpm_bdb, "bdb_ro", 3, 121},
        RealDatabase{"libuuid/Packages", analyze_rpm_bdb, "bdb_ro", 1, 3}),
    [](const auto& database) {
      std::string name = database.param.path.substr(0, database.param.path.find('/'));
      std::erase_if(name, [](char c) { return c == '-' || c == '.'; });
      return name;
    });

TEST(Rpm, AgreesWithADatabaseThatRpmMade) {
  const auto folder = base::TempDir::create("rpm").value();
  const std::string top = folder.path().string();
  std::string spec_files;
  for (int i = 0; i < 20; ++i) {
    const fs::path spec = folder.path() / fmt::format("p{}.spec", i);
    ASSERT_TRUE(base::write_file_atomically(
        spec,
        fmt::format(
            "Name: made-{0}\nVersion: 1.{0}~rc1\nRelease: {0}.el9\n{1}Summary: s\n"
            "License: MIT and (GPLv2+ or BSD)\nBuildArch: noarch\n%description\n{2}\n%install\n"
            "mkdir -p %{{buildroot}}/opt/made-{0}/empty\necho {0} > %{{buildroot}}/opt/made-{0}/a\n"
            "ln -s a %{{buildroot}}/opt/made-{0}/link\necho x > "
            "%{{buildroot}}/opt/made-{0}/empty.conf\n"
            "%files\n/opt/made-{0}\n%ghost /opt/made-{0}/empty.conf\n",
            i,
            i % 3 == 0 ? fmt::format("Epoch: {}\n", i) : "",
            std::string(static_cast<std::size_t>(i) * 400, 'x'))));
    spec_files += " " + spec.string();
  }
  const auto built = base::run_program(
      {"sh",
       "-c",
       fmt::format("rpmbuild -bb --quiet --define '_topdir {0}' {1} && "
                   "rpm --define '_db_backend sqlite' --dbpath {0}/db --initdb && "
                   "rpm --define '_db_backend sqlite' --dbpath {0}/db -i --justdb --nodeps "
                   "{0}/RPMS/noarch/*.rpm",
                   top,
                   spec_files)});
  if (!built || built->exit_status != 0)
    GTEST_SKIP() << "rpmbuild does not work here: " << (built ? built->err : "");
  const auto want = rpm_lines(folder.path() / "db", "sqlite");
  ASSERT_TRUE(want);
  const std::string content = read(folder.path() / "db/rpmdb.sqlite");
  const Analysis found =
      analyze_rpm_sqlite({"var/lib/rpm/rpmdb.sqlite", base::as_bytes(content)}, {});
  EXPECT_THAT(found.issues, IsEmpty());
  EXPECT_EQ(found.packages.size(), 20U);
  EXPECT_EQ(lines_of(found), *want);
  EXPECT_EQ(files_of(found).size(), 40U);
  EXPECT_EQ(files_of(found), rpm_files(folder.path() / "db", "sqlite"));
}

TEST(Rpm, EveryFormGivesTheSame) {
  const std::vector<std::string> want{
      "bash|5.1.8-6.el9|x86_64|bash-5.1.8-6.el9.src.rpm|GPLv3+|",
      "dbus-libs|1:1.12.20-8.el9|x86_64|dbus-1.12.20-8.el9.src.rpm|GPLv2+|",
      "nodejs|1:16.20.2-8.module+el9|x86_64|nodejs-16.20.2-8.module+el9.src.rpm|MIT|"
      "nodejs:16:9030020240201:rhel9"};
  const Files want_files{{"bash", path_hash("bin/bash")},
                         {"bash", path_hash("usr/share/doc/bash/README")},
                         {"dbus-libs", path_hash("usr/lib64/libdbus-1.so.3.19.13")},
                         {"dbus-libs", path_hash("usr/share/doc/dbus-libs/COPYING")}};
  for (const auto& [path, analyze] :
       {std::pair<std::string, Analyze>{"rpm-sqlite/good/var/lib/rpm/rpmdb.sqlite",
                                        analyze_rpm_sqlite},
        {"rpm-ndb/good/var/lib/rpm/Packages.db", analyze_rpm_ndb},
        {"rpm-bdb/good/var/lib/rpm/Packages", analyze_rpm_bdb},
        {"rpm-bdb/good/usr/lib/sysimage/rpm/Packages", analyze_rpm_bdb}}) {
    const std::string content = fixture(path);
    const Analysis found = analyze({"x", base::as_bytes(content)}, {});
    EXPECT_EQ(lines_of(found), want) << path;
    EXPECT_EQ(files_of(found), want_files) << path;
    ASSERT_EQ(found.packages.size(), 3U) << path;
    const auto& dbus = found.packages[1];
    EXPECT_EQ(dbus.source_name, "dbus");
    EXPECT_EQ(dbus.source_version, "1:1.12.20-8.el9");
    EXPECT_EQ(dbus.epoch, 1U);
  }
}

TEST(Rpm, SaysWhatIsWrong) {
  struct Case {
    std::string fixture;
    Analyze analyze;
    std::size_t at; ///< this byte ...
    char becomes;
    std::string want;
  };

  constexpr const char* kSqlite = "rpm-sqlite/good/var/lib/rpm/rpmdb.sqlite";
  constexpr const char* kNdb = "rpm-ndb/good/var/lib/rpm/Packages.db";
  constexpr const char* kBdb = "rpm-bdb/good/var/lib/rpm/Packages";
  for (const Case& c : {Case{kSqlite, analyze_rpm_sqlite, 0, 'X', "SQLite cannot read it"},
                        Case{kNdb, analyze_rpm_ndb, 0, 'X', "no rpm database of the form NDB"},
                        Case{kNdb, analyze_rpm_ndb, 4, 9, "version 9"},
                        Case{kNdb, analyze_rpm_ndb, 13, 1, "the slots lie outside"},
                        Case{kNdb, analyze_rpm_ndb, 32, 'x', "a slot of the database is broken"},
                        Case{kNdb, analyze_rpm_ndb, 43, 1, "package 1: its record lies outside"},
                        Case{kNdb, analyze_rpm_ndb, 4096, 'x', "package 1: the head of its record"},
                        Case{kNdb, analyze_rpm_ndb, 4096 + 40, 0x55, "the checksum"},
                        Case{kBdb, analyze_rpm_bdb, 12, 0, "no Berkeley DB hash database"},
                        Case{kBdb, analyze_rpm_bdb, 16, 7, "version 7"},
                        Case{kBdb, analyze_rpm_bdb, 20, 1, "no size of a page"},
                        Case{kBdb, analyze_rpm_bdb, 24, 1, "encrypted"},
                        Case{kBdb, analyze_rpm_bdb, 26, 1, "checksums"},
                        Case{kBdb, analyze_rpm_bdb, 32, 99, "behind the end of the file"},
                        Case{kBdb, analyze_rpm_bdb, 512 + 20, 9, "a key without a value"},
                        Case{kBdb, analyze_rpm_bdb, 512 + 28, 1, "its items overlap"},
                        Case{kBdb, analyze_rpm_bdb, 1024 + 25, 3, "no overflow page"},
                        Case{kBdb, analyze_rpm_bdb, 1024 + 22, 0, "wrong length"}}) {
    std::string content = fixture(c.fixture);
    content.at(c.at) = c.becomes;
    const Analysis found = c.analyze({"x", base::as_bytes(content)}, {});
    ASSERT_FALSE(found.issues.empty()) << c.want;
    EXPECT_THAT(found.issues[0].message, HasSubstr(c.want));
  }
}

TEST(Rpm, RecordsThatOverlapAreATrap) {
  std::string content = fixture("rpm-ndb/good/var/lib/rpm/Packages.db");
  for (std::uint32_t slot = 1; slot < 250; ++slot) {
    std::memcpy(content.data() + 32 + 16UL * slot, content.data() + 32, 16);
  }
  const Analysis found = analyze_rpm_ndb({"x", base::as_bytes(content)}, {});
  ASSERT_EQ(found.issues.size(), 1U);
  EXPECT_THAT(found.issues[0].message, HasSubstr("overlap"));
}

TEST(Rpm, LimitsHold) {
  const std::string content = fixture("rpm-ndb/good/var/lib/rpm/Packages.db");
  base::Limits limits;
  limits.packages = 2;
  EXPECT_EQ(analyze_rpm_ndb({"x", base::as_bytes(content)}, limits).packages.size(), 2U);
  limits.rpm_header_bytes = 100;
  const Analysis found = analyze_rpm_ndb({"x", base::as_bytes(content)}, limits);
  EXPECT_THAT(found.packages, IsEmpty());
  EXPECT_THAT(found.issues.at(0).message, HasSubstr("more than 100"));
}

} // namespace
} // namespace portique::inventory
