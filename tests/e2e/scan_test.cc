// Real images and package databases with real advisories.

#include "e2e/program.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/json.h"
#include "portique/test_support/image_builder.h"
#include "portique/test_support/shared_data.h"
#include "portique/test_support/tar_builder.h"

namespace portique::e2e {
namespace {

namespace fs = std::filesystem;
using test_support::TarBuilder;

/// A root file system with a package database of the shared data and an os-release.
std::string rootfs_with(const fs::path& database, std::string_view os_release) {
  const fs::path folder = fresh_folder();
  fs::copy(database, folder, fs::copy_options::recursive);
  write_file(folder / "etc/os-release", os_release);
  return "rootfs:" + folder.string();
}

// The database has one record without a version, which is told and not guessed.
TEST(Scan, Alpine34HasItsFiftySeven) {
  PQ_SHARED_DATA_OR_SKIP(osv, "osv/Alpine");
  PQ_SHARED_DATA_OR_SKIP(apk, "pkgdb/apk/alpine-3.4");
  const auto report =
      scan_json(rootfs_with(apk, "ID=alpine\nVERSION_ID=3.4.6\n"), {"--db", database_of(osv)});
  EXPECT_EQ(base::json_items(&report, "packages").size(), 15U);
  EXPECT_EQ(pairs_of(report).size(), 57U);
  EXPECT_EQ(base::json_items(&report, "issues").size(), 1U);
  EXPECT_EQ(base::json_string(&report, "coverage"), "covered");
}

// "SOURCE CVE" of every finding.
std::set<std::string> pairs_by_source(const boost::json::object& report) {
  std::map<std::string, std::string> source_of;
  for (const auto& item : base::json_items(&report, "packages"))
    source_of[std::string(base::json_string(&item.as_object(), "name"))] =
        base::json_string(&base::json_fields(&item.as_object(), "source"), "name");
  std::set<std::string> pairs;
  for (const auto& item : base::json_items(&report, "findings"))
    pairs.insert(source_of[std::string(
                     base::json_string(&base::json_fields(&item.as_object(), "package"), "name"))] +
                 " " + std::string(base::json_string(&item.as_object(), "id")));
  return pairs;
}

// 415 of them speak about linux-libc-dev, which has the kernel's headers and no kernel.
TEST(Scan, UbuntuTexliveHasItsNineHundredAndOneBySource) {
  PQ_SHARED_DATA_OR_SKIP(osv, "osv/Ubuntu");
  PQ_SHARED_DATA_OR_SKIP(dpkg, "pkgdb/dpkg/texlive");
  const std::string rootfs = rootfs_with(dpkg, "ID=ubuntu\nVERSION_ID=\"18.04\"\n");
  const std::string database = database_of(osv);
  const auto all = pairs_by_source(scan_json(rootfs, {"--db", database, "--kernel-headers"}));
  const auto usual = pairs_by_source(scan_json(rootfs, {"--db", database}));
  EXPECT_EQ(all.size(), 901U);
  EXPECT_EQ(usual.size(), 486U);
  for (const std::string& pair : all)
    EXPECT_NE(usual.contains(pair), pair.starts_with("linux ")) << pair;
}

TEST(Scan, RealAlpineImagesListTheirPackages) {
  PQ_SHARED_DATA_OR_SKIP(images, "images");
  PQ_SHARED_DATA_OR_SKIP(osv, "osv/Alpine");
  const std::string database = database_of(osv);
  for (const auto& [name, release] :
       {std::pair{"alpine-310.tar.gz", "3.10"}, std::pair{"alpine-311.tar.gz", "3.11"}}) {
    const auto report =
        scan_json((images / name).string(), {"--db", database, "--scanners", "vuln,secret"});
    EXPECT_EQ(base::json_items(&report, "packages").size(), 14U) << name;
    EXPECT_TRUE(
        base::json_string(&base::json_fields(&report, "distro"), "version").starts_with(release));
    EXPECT_EQ(base::json_string(&report, "coverage"), "covered");
    EXPECT_THAT(pairs_of(report), ::testing::IsEmpty()) << "they are newer than the advisories";
  }
}

TEST(Scan, OddButSoundImagesAreRead) {
  PQ_SHARED_DATA_OR_SKIP(images, "images");
  for (const char* name : {"small-basic.tar",
                           "small-multiple-files.tar",
                           "small-overwrite-file.tar",
                           "small-symlink-attack.tar",
                           "small-symlink-basic.tar",
                           "small-symlink-cycle.tar",
                           "symlinked-layers.tar"}) {
    const auto output = portique({"scan", (images / name).string(), "-f", "json"});
    EXPECT_EQ(output.exit_status, 0) << name << ": " << output.err;
  }
}

TEST(Scan, AnUncoveredDistributionIsNeverClean) {
  PQ_SHARED_DATA_OR_SKIP(osv, "osv/Alpine");
  PQ_SHARED_DATA_OR_SKIP(apk, "pkgdb/apk/alpine-3.4");
  const std::string target = rootfs_with(apk, "ID=alpine\nVERSION_ID=3.99.0\n");
  const std::string database = database_of(osv);
  const auto table = portique({"scan", target, "--db", database});
  EXPECT_EQ(table.exit_status, 4);
  EXPECT_THAT(table.out, ::testing::HasSubstr("not covered"));
  EXPECT_THAT(table.out, ::testing::Not(::testing::HasSubstr("No known vulnerabilities")));
  EXPECT_EQ(portique({"scan", target, "--db", database, "--allow-incomplete"}).exit_status, 0);
  EXPECT_EQ(base::json_string(
                std::make_unique<boost::json::object>(scan_json(target, {"--db", database})).get(),
                "coverage"),
            "not-covered");
}

TEST(Scan, RpmDatabasesBehindLinkedFoldersAreFound) {
  PQ_SHARED_DATA_OR_SKIP(ndb, "pkgdb/rpm/sle15-bci/Packages.db");
  const std::string bytes = *base::read_file(ndb, 16 << 20);
  const test_support::BuildImage image{
      .layers = {{TarBuilder()
                      .symlink("var/lib/rpm", "../../usr/lib/sysimage/rpm")
                      .file("usr/lib/os-release", "ID=sles\nVERSION_ID=\"15.3\"\n")
                      .symlink("etc/os-release", "../usr/lib/os-release")
                      .finish(),
                  true,
                  "FROM bci"},
                 {TarBuilder().file("usr/lib/sysimage/rpm/Packages.db", bytes).finish(),
                  true,
                  "RUN zypper"}}};
  const fs::path folder = fresh_folder();
  test_support::write_oci_layout(folder, {image});
  const auto report = scan_json("oci:" + folder.string());
  EXPECT_EQ(base::json_items(&report, "packages").size(), 35U);
  EXPECT_EQ(base::json_string(&base::json_fields(&report, "distro"), "id"), "sles");
  EXPECT_EQ(
      base::json_string(
          &base::json_fields(&base::json_items(&report, "packages").at(0).as_object(), "layer"),
          "created_by"),
      "RUN zypper");
}

TEST(Scan, DatabasesHiddenBehindOddLinksAreFound) {
  PQ_SHARED_DATA_OR_SKIP(apk, "pkgdb/apk/alpine-3.4/lib/apk/db/installed");
  const std::string bytes = *base::read_file(apk, 16 << 20);
  const test_support::BuildImage image{
      .layers = {{TarBuilder()
                      .file("opt/not-a-database.txt", bytes)
                      .symlink("lib/apk/db/installed", "/opt/not-a-database.txt")
                      .finish(),
                  true}}};
  const fs::path folder = fresh_folder();
  test_support::write_oci_layout(folder, {image});
  for (int run = 0; run < 2; ++run) // the second from the cache
    EXPECT_EQ(packages_of(scan_json("oci:" + folder.string())).size(), 15U) << run;
}

TEST(Scan, GatesAndFiltersDecideTheExitCode) {
  PQ_SHARED_DATA_OR_SKIP(osv, "osv/Alpine");
  PQ_SHARED_DATA_OR_SKIP(apk, "pkgdb/apk/alpine-3.4");
  const std::string target = rootfs_with(apk, "ID=alpine\nVERSION_ID=3.4.6\n");
  const std::string database = database_of(osv);

  struct Case {
    std::vector<std::string> flags;
    int want;
  };

  for (const Case& c :
       {Case{{"--allow-incomplete"}, 0},
        Case{{}, 4},
        Case{{"--fail-on", "critical"}, 1},
        Case{{"--fail-on", "negligible"}, 1},
        Case{{"--exit-code", "7"}, 7},
        Case{{"--exit-code", "7", "--severity", "NEGLIGIBLE", "--allow-incomplete"}, 0},
        Case{{"--fail-on", "sometimes"}, 2},
        Case{{"--severity", "HIGHEST"}, 2},
        Case{{"--format", "papyrus"}, 2},
        Case{{"--scanners", "astrology"}, 2},
        Case{{"--platform", "linux/"}, 2}}) {
    std::vector<std::string> command{"scan", target, "--db", database};
    command.insert(command.end(), c.flags.begin(), c.flags.end());
    const auto output = portique(command);
    EXPECT_EQ(output.exit_status, c.want) << ::testing::PrintToString(c.flags) << " " << output.err;
  }
}

TEST(Scan, IgnoreFilesSilenceWithAReason) {
  PQ_SHARED_DATA_OR_SKIP(osv, "osv/Alpine");
  PQ_SHARED_DATA_OR_SKIP(apk, "pkgdb/apk/alpine-3.4");
  const std::string target = rootfs_with(apk, "ID=alpine\nVERSION_ID=3.4.6\n");
  const std::string database = database_of(osv);
  const auto report = scan_json(target, {"--db", database});
  std::string ids;
  for (const auto& item : base::json_items(&report, "findings"))
    ids += std::string(base::json_string(&item.as_object(), "id")) + "\n";
  const std::string ignore = write_file(fresh_folder() / "ignore", ids);
  const auto silenced = portique({"scan",
                                  target,
                                  "--db",
                                  database,
                                  "--ignorefile",
                                  ignore,
                                  "--exit-code",
                                  "1",
                                  "-f",
                                  "json",
                                  "--allow-incomplete"});
  EXPECT_EQ(silenced.exit_status, 0);
  const auto parsed = base::parse_json(silenced.out);
  for (const auto& item : base::json_items(&parsed->as_object(), "findings"))
    EXPECT_TRUE(item.as_object().at("suppressed").is_object());
}

} // namespace
} // namespace portique::e2e
