// Which packages are affected by which records, on real records (testdata/osv).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/advisory_test_support.h"
#include "portique/advisory/match.h"

namespace portique::advisory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const auto kReal = {"DSA-5343-1",           "DSA-3148-1",           "DLA-372-1",
                    "ALSA-2021:0735",       "ALSA-2021:3623",       "ALSA-2019:3703",
                    "ALBA-2019:3693",       "ALBA-2019:4275",       "UBUNTU-CVE-2018-20843",
                    "ALPINE-CVE-2018-0734", "CGA-222c-fw64-wpxf",   "PYSEC-2019-144",
                    "PYSEC-2022-42969",     "PYSEC-2013-10",        "CVE-2013-4939",
                    "GHSA-22h7-7wwg-qmgg",  "GHSA-22c6-wcjm-qfjg",  "BIT-activemq-2020-13947",
                    "BIT-java-2022-21449",  "BIT-nginx-2021-23017", "GHSA-22h5-pq3x-2gf2",
                    "RUSTSEC-2025-0133",    "GO-2022-0617"};

/// All tests ask one database, as a scan does.
class MatchTest : public ::testing::Test {
protected:
  static void SetUpTestSuite() {
    folder_ = new SmallDatabase(kReal);
    database_ = new Database(folder_->open());
  }

  static void TearDownTestSuite() {
    delete database_;
    delete folder_;
  }

  static Matches matches(const model::Distro& distro, const std::vector<model::Package>& packages) {
    auto found = match(*database_, distro, packages, {.now = kNow});
    EXPECT_TRUE(found) << found.error().text();
    return std::move(*found);
  }

  static std::string ids(const model::Distro& distro, const model::Package& package) {
    return ids_of(matches(distro, {package}));
  }

  static SmallDatabase* folder_;
  static Database* database_;
};

SmallDatabase* MatchTest::folder_ = nullptr;
Database* MatchTest::database_ = nullptr;

struct DistroCase {
  const char* name;
  model::Distro distro;
  model::Package package;
  const char* ids;
};

model::Package binary_of(model::Package source, std::string name, std::string version = {}) {
  source.name = std::move(name);
  if (!version.empty()) source.version = std::move(version);
  return source;
}

model::Package in_module(model::Package package, std::string label) {
  package.module_label = std::move(label);
  return package;
}

const char* const kDsa = "CVE-2022-2097 CVE-2022-4304 CVE-2022-4450 CVE-2023-0215 CVE-2023-0286";
const char* const kNode12 = "CVE-2021-22930 CVE-2021-22931 CVE-2021-22939 CVE-2021-22940 "
                            "CVE-2021-23343 CVE-2021-32803 CVE-2021-32804 CVE-2021-3672";

TEST_F(MatchTest, FollowsEachDistributionsNamesAndReleases) {
  const auto debian = distro_of("debian", "11");
  const auto openssl = package_of("deb", "openssl", "1.1.1n-0+deb11u3");
  const auto alma8 = distro_of("almalinux", "8.4");
  const auto alpine310 = distro_of("alpine", "3.10.4");
  const auto node = package_of("apk", "nodejs", "10.13.0-r0");
  const auto wolfi = distro_of("wolfi", "20230201");
  const std::vector<DistroCase> cases{
      {"a Debian advisory about several CVEs", debian, openssl, kDsa},
      {"at the fix", debian, package_of("deb", "openssl", "1.1.1n-0+deb11u4"), ""},
      {"a binary package by its source", debian, binary_of(openssl, "libssl1.1"), kDsa},
      {"its own version does not matter", debian, binary_of(openssl, "libssl1.1", "9:9"), kDsa},
      {"another source of the binary's name",
       debian,
       [] {
         auto package = package_of("deb", "openssl", "1.1.1n-0+deb11u3");
         package.source_name = "boringssl";
         return package;
       }(),
       ""},
      {"another release", distro_of("debian", "10"), openssl, ""},
      {"a point release is the release", distro_of("debian", "11.6"), openssl, kDsa},
      {"unfixed, and about no CVE",
       distro_of("debian", "7"),
       package_of("deb", "chromium-browser", "99:1"),
       "DSA-3148-1"},
      {"a release with a second number",
       distro_of("debian", "6.0"),
       package_of("deb", "virtualbox-ose", "3.2"),
       "DLA-372-1"},
      {"Alpine by origin", alpine310, binary_of(node, "nodejs-doc"), "CVE-2018-0734"},
      {"Alpine at the fix", alpine310, package_of("apk", "nodejs", "10.14.0-r0"), ""},
      {"another branch of Alpine", distro_of("alpine", "3.8.1"), node, ""},
      {"Wolfi", wolfi, package_of("apk", "airflow", "2.9.3-r1"), "CVE-2024-42447"},
      {"Wolfi at the fix", wolfi, package_of("apk", "airflow", "2.9.3-r2"), ""},
      {"Wolfi by a subpackage's origin",
       wolfi,
       binary_of(package_of("apk", "airflow", "2.9.3-r1"), "airflow-compat"),
       "CVE-2024-42447"},
      {"AlmaLinux with an epoch",
       alma8,
       package_of("rpm", "libvorbis", "1:1.3.6-1.el8"),
       "CVE-2018-10392 CVE-2018-10393"},
      {"AlmaLinux at the fix", alma8, package_of("rpm", "libvorbis", "1:1.3.6-2.el8"), ""},
      {"a bug-fix advisory about a CVE",
       alma8,
       package_of("rpm", "python3-requests", "2.20.0-1.el8"),
       "CVE-2018-18074"},
      {"a bug-fix advisory about none",
       alma8,
       in_module(package_of("rpm", "nodejs-packaging", "17-3.module_el8.3.0+1+d2377ea3"),
                 "nodejs:12:8030020201124152102:229f0a1c"),
       ""},
      {"a module's package",
       alma8,
       in_module(package_of("rpm", "nodejs", "1:12.22.3-2.module_el8.4.0+2521+c668cc9f"),
                 "nodejs:12:8040020210817133458:522a0ee4"),
       kNode12},
      {"a module's package of another stream",
       alma8,
       in_module(package_of("rpm", "nodejs", "1:10.24.0-1.module_el8.5.0+81+7dbe79d3"),
                 "nodejs:10:8050020210817133458:522a0ee4"),
       ""},
      {"a package outside of modules", alma8, package_of("rpm", "nodejs", "1:10.1.0-1.el8"), ""},
  };
  for (const DistroCase& row : cases)
    EXPECT_EQ(ids(row.distro, row.package), row.ids) << row.name;
}

TEST_F(MatchTest, TakesExtendedSupportWhereThePackageComesFromIt) {
  const auto jammy = distro_of("ubuntu", "22.04");
  const auto regular = package_of("deb", "libxmltok", "1.2-4ubuntu0.22.04.1");
  const Matches open = matches(jammy, {regular});
  ASSERT_EQ(ids_of(open), "CVE-2018-20843");
  EXPECT_EQ(open.findings[0].fix_state, model::FixState::NotFixed) << "the fix is not for everyone";
  EXPECT_EQ(ids(jammy, package_of("deb", "libxmltok", "1.2-4ubuntu0.22.04.1~esm1")), "");
  const Matches old = matches(jammy, {package_of("deb", "libxmltok", "1.2-4ubuntu0.22.04.1~esm0")});
  ASSERT_EQ(ids_of(old), "CVE-2018-20843");
  // Only the extended support's own entries speak about 18.04's coin3.
  const auto bionic = distro_of("ubuntu", "18.04");
  EXPECT_EQ(ids(bionic, package_of("deb", "coin3", "3.1.4~abc9f50-4ubuntu2")), "");
  EXPECT_EQ(ids(bionic, package_of("deb", "coin3", "3.1.4~abc9f50-4ubuntu2+esm1")),
            "CVE-2018-20843");
}

struct LanguageCase {
  const char* name;
  const char* type;
  const char* ns;
  const char* package;
  const char* version;
  const char* found; ///< "id fixed"
};

TEST_F(MatchTest, FollowsEachLanguagesNamesAndVersions) {
  const std::vector<LanguageCase> cases{
      {"listed among versions", "npm", "", "yui", "3.10.2", "CVE-2013-4939 -"},
      {"in a range beside versions", "npm", "", "yui", "3.9.1", "CVE-2013-4939 3.10.0"},
      {"neither", "npm", "", "yui", "3.10.1", ""},
      {"a scope", "npm", "@hapi", "hoek", "9.0.2", "GHSA-22h7-7wwg-qmgg 9.0.3"},
      {"the name alone is another package", "npm", "", "hoek", "9.0.2", ""},
      {"names of PyPI in any spelling", "pypi", "", "PyShop", "0.7", "CVE-2013-1630 0.7.1"},
      {"at the last affected", "pypi", "", "py", "1.11.0", "CVE-2022-42969 -"},
      {"behind the last affected", "pypi", "", "py", "1.12.0", ""},
      {"withdrawn", "pypi", "", "arrayfire", "3.5.20170817", ""},
      {"withdrawn, without a fix", "golang", "k8s.io", "kubernetes", "v1.20.0", ""},
      {"Maven's group",
       "maven",
       "org.datatransferproject",
       "portability-spi-cloud",
       "0.3.56",
       "CVE-2021-22572 0.3.57"},
      {"the second span", "gem", "", "uri", "0.12.3", "CVE-2025-27221 0.12.4"},
      {"between two spans", "gem", "", "uri", "0.12.4", ""},
      {"a platform's version of a gem", "gem", "", "uri", "1.0.2", "CVE-2025-27221 1.0.3"},
      {"Bitnami", "bitnami", "", "activemq", "5.16.0", "CVE-2020-13947 5.16.1"},
      {"a program told by its file", "generic", "", "nginx", "1.20.0", "CVE-2021-23017 1.20.1"},
      {"a program that has the fix", "generic", "", "nginx", "1.22.1", ""},
      {"a program under another name", "generic", "", "openjdk", "17.0.2", "CVE-2022-21449 17.0.3"},
      {"a program with numbers of its own", "generic", "", "openjdk", "1.8.0_352", ""},
      {"an empty range", "cargo", "", "libcrux-intrinsics", "0.0.4", ""},
      {"a type of no ecosystem", "generic", "", "yui", "3.9.1", ""},
      {"another ecosystem's package", "pypi", "", "yui", "3.9.1", ""},
  };
  for (const LanguageCase& row : cases) {
    auto package = package_of(row.type, row.package, row.version);
    package.ns = row.ns;
    const Matches found = matches({}, {package});
    std::string text;
    for (const model::Finding& finding : found.findings)
      text += finding.id + " " + finding.fixed_version.value_or("-");
    EXPECT_EQ(text, row.found) << row.name;
  }
}

TEST_F(MatchTest, NamesTheRecordsThatMatched) {
  const Matches found =
      matches(distro_of("debian", "11"), {package_of("deb", "openssl", "1.1.1n-0+deb11u3")});
  ASSERT_THAT(found.findings, SizeIs(5));
  const model::Finding& finding = found.findings[0];
  EXPECT_THAT(finding.aliases, ElementsAre("DSA-5343-1")) << "other CVEs are no aliases";
  EXPECT_THAT(finding.advisories, ElementsAre("DSA-5343-1"));
  EXPECT_EQ(finding.title, "openssl - security update");
  EXPECT_EQ(finding.fixed_version, "1.1.1n-0+deb11u4");
  EXPECT_EQ(base::format_date(*finding.published), "2023-02-07");
  EXPECT_THAT(finding.references,
              ElementsAre("https://security-tracker.debian.org/tracker/DSA-5343-1"));
}

TEST_F(MatchTest, TellsReleasesPastTheirEnd) {
  const auto package = package_of("deb", "chromium-browser", "40.0");
  const Matches wheezy = matches(distro_of("debian", "7"), {package});
  ASSERT_THAT(wheezy.findings, SizeIs(1));
  EXPECT_EQ(wheezy.findings[0].fix_state, model::FixState::EndOfLife);
  EXPECT_FALSE(wheezy.findings[0].fixed_version);
  const Matches openssl =
      matches(distro_of("debian", "11"), {package_of("deb", "openssl", "1.1.1n-0+deb11u3")});
  EXPECT_EQ(openssl.findings[0].fix_state, model::FixState::Fixed) << "fixed before the end";
  const Matches yui = matches(distro_of("debian", "7"), {package_of("npm", "yui", "3.10.2")});
  ASSERT_THAT(yui.findings, SizeIs(1));
  EXPECT_EQ(yui.findings[0].fix_state, model::FixState::NotFixed) << "Debian never had it";
  const auto before = match(*database_,
                            distro_of("debian", "7"),
                            {{package}},
                            {.now = *base::parse_time("2016-01-01T00:00:00Z")});
  ASSERT_TRUE(before);
  EXPECT_EQ(before->findings[0].fix_state, model::FixState::NotFixed);
}

struct CoverageCase {
  model::Distro distro;
  model::Coverage coverage;
  const char* issue; ///< part of its message; "" for none
};

TEST_F(MatchTest, TellsWhatTheDatabaseDoesNotCover) {
  const auto deb = package_of("deb", "bash", "5.2");
  const std::vector<CoverageCase> cases{
      {distro_of("debian", "11"), model::Coverage::Covered, ""},
      {distro_of("debian", "12", "Debian GNU/Linux 12 (bookworm)"),
       model::Coverage::NotCovered,
       "no advisories for Debian GNU/Linux 12 (bookworm), so its package was not checked"},
      {distro_of("debian", ""), model::Coverage::NotCovered, "for debian"},
      {distro_of("void", "1"), model::Coverage::NotCovered, "for void 1"},
      {distro_of("evil\x1b[31m", "1"), model::Coverage::NotCovered, "for evil\xEF\xBF\xBD[31m 1"},
      {{}, model::Coverage::NotCovered, "does not say what distribution it is"},
      {distro_of("wolfi", ""), model::Coverage::Covered, ""},
  };
  for (const CoverageCase& row : cases) {
    const Matches found = matches(row.distro, {deb});
    EXPECT_EQ(found.coverage, row.coverage) << row.issue;
    EXPECT_THAT(found.findings, IsEmpty());
    ASSERT_THAT(found.issues, SizeIs(*row.issue == '\0' ? 0 : 1)) << row.distro.id;
    if (!found.issues.empty()) {
      EXPECT_THAT(found.issues[0].message, HasSubstr(row.issue));
      EXPECT_EQ(found.issues[0].code, base::Code::NotFound);
    }
  }
  EXPECT_EQ(matches(distro_of("void", "1"), {}).coverage, model::Coverage::NoPackages);
}

TEST_F(MatchTest, SaysWhatItCannotCompare) {
  auto package = package_of("deb", "openssl", "not a version");
  package.path = "var/lib/dpkg/status";
  package.layer = 2;
  const Matches found = matches(distro_of("debian", "11"), {package, package});
  EXPECT_THAT(found.findings, IsEmpty());
  ASSERT_THAT(found.issues, SizeIs(1)) << "told once";
  EXPECT_THAT(found.issues[0].message, HasSubstr("'not a version' is no version of Debian"));
  EXPECT_EQ(found.issues[0].path, "var/lib/dpkg/status");
  EXPECT_EQ(found.issues[0].layer, 2);
  EXPECT_THAT(
      matches(distro_of("debian", "11"), {package_of("deb", "bash", "not a version")}).issues,
      IsEmpty())
      << "no advisory asks";
}

TEST_F(MatchTest, GivesEveryBinaryItsFinding) {
  const auto source = package_of("deb", "openssl", "1.1.1n-0+deb11u3");
  auto second = binary_of(source, "libssl1.1");
  second.layer = 3;
  const Matches found = matches(distro_of("debian", "11"), {source, second});
  ASSERT_THAT(found.findings, SizeIs(10));
  EXPECT_EQ(found.findings[0].package, 0U);
  EXPECT_EQ(found.findings[5].package, 1U);
  EXPECT_EQ(found.findings[5].layer, 3);
  EXPECT_NE(found.findings[0].fingerprint, found.findings[5].fingerprint);
}

struct KernelCase {
  const char* type;
  const char* source;
  const char* name;
  bool counts; ///< without being asked for
};

TEST(Match, LeavesOutKernelHeadersUnlessAskedFor) {
  const auto kernel = [](const std::string& ecosystem, const std::string& name) {
    return R"({"id": "X-)" + ecosystem + name + R"(", "modified": "2024-01-01T00:00:00Z",
        "upstream": ["CVE-2024-1"], "affected": [{"package": {"ecosystem": ")" +
           ecosystem + R"(", "name": ")" + name + R"("}, "ranges": [{"type": "ECOSYSTEM",
        "events": [{"introduced": "0"}]}]}]})";
  };
  SmallDatabase small({});
  small.add(kernel("Debian:12", "linux")).add(kernel("Debian:12", "linuxptp"));
  small.add(kernel("Alpine:v3.19", "linux-headers"));
  for (const char* name : {"kernel", "kernel-headers", "kernel-devel", "kernel-core"})
    small.add(kernel("AlmaLinux:9", name));
  const Database database = small.open();
  for (const KernelCase& row : {KernelCase{"deb", "linux", "linux-image-6.1.0-1-amd64", true},
                                KernelCase{"deb", "linux", "linux-libc-dev", false},
                                KernelCase{"deb", "linux", "linux-headers-6.1.0-1-amd64", false},
                                KernelCase{"deb", "linux", "linux-perf", true},
                                KernelCase{"deb", "linuxptp", "linuxptp", true},
                                KernelCase{"apk", "linux-headers", "linux-headers", false},
                                KernelCase{"rpm", "kernel", "kernel-core", true},
                                KernelCase{"rpm", "kernel", "kernel-headers", false},
                                KernelCase{"rpm", "kernel", "kernel-devel", false}}) {
    auto package = package_of(row.type, row.source, "1");
    package.name = row.name;
    const auto distro = package.type == "deb"   ? distro_of("debian", "12")
                        : package.type == "apk" ? distro_of("alpine", "3.19.1")
                                                : distro_of("almalinux", "9.3");
    const auto usual = match(database, distro, {{package}}, {.now = kNow});
    const auto all = match(database, distro, {{package}}, {.now = kNow, .kernel_headers = true});
    ASSERT_TRUE(usual && all);
    EXPECT_EQ(ids_of(*usual), row.counts ? "CVE-2024-1" : "") << row.name;
    EXPECT_EQ(ids_of(*all), "CVE-2024-1") << row.name;
  }
}

TEST_F(MatchTest, LeavesWhatADistributionPackagedToItsAdvisories) {
  auto python = package_of("pypi", "py", "1.11.0");
  const auto os = package_of("deb", "python3-py", "1.11.0-1");
  const auto covered = distro_of("debian", "11");
  EXPECT_EQ(ids_of(matches(covered, {os, python})), "CVE-2022-42969");
  python.owner = "deb python3-py";
  EXPECT_EQ(ids_of(matches(covered, {os, python})), "") << "Debian may have mended it";
  EXPECT_EQ(ids_of(matches(distro_of("debian", "12"), {os, python})), "CVE-2022-42969")
      << "nobody else speaks about it";
}

TEST(Match, TakesListedBinariesWhereTheDistributionRestrictsToThem) {
  const std::string with_binaries = R"("ranges": [{"type": "ECOSYSTEM", "events": [
      {"introduced": "0"}, {"fixed": "2.0"}]}], "ecosystem_specific": {"binaries": [{"lib": "2.0"}]}}]})";
  SmallDatabase small({});
  small.add(R"({"id": "SUSE-SU-2024:1-1", "modified": "2024-01-01T00:00:00Z",
      "upstream": ["CVE-2024-1"], "affected": [{"package": {
      "ecosystem": "openSUSE:Leap 15.5", "name": "src"}, )" +
            with_binaries);
  small.add(R"({"id": "UBUNTU-CVE-2024-1", "modified": "2024-01-01T00:00:00Z",
      "upstream": ["CVE-2024-1"], "affected": [{"package": {
      "ecosystem": "Ubuntu:22.04:LTS", "name": "src"}, )" +
            with_binaries);
  const Database database = small.open();
  const auto ids = [&](const model::Distro& distro, const std::vector<model::Package>& packages) {
    auto found = match(database, distro, packages, {.now = kNow});
    EXPECT_TRUE(found);
    std::string text;
    for (const model::Finding& finding : found->findings)
      text += packages[finding.package].name + " ";
    return text;
  };
  const auto leap = distro_of("opensuse-leap", "15.5");
  auto rpm = package_of("rpm", "src", "1.0-1");
  EXPECT_EQ(ids(leap, {binary_of(rpm, "lib"), binary_of(rpm, "tool")}), "lib ");
  // All that one Debian source builds has one answer, whichever binary is asked about first.
  const auto jammy = distro_of("ubuntu", "22.04");
  auto deb = package_of("deb", "src", "1.0-1");
  EXPECT_EQ(ids(jammy, {binary_of(deb, "tool"), binary_of(deb, "lib")}), "tool lib ");
  EXPECT_EQ(ids(jammy, {binary_of(deb, "lib"), binary_of(deb, "tool")}), "lib tool ");
}

TEST_F(MatchTest, WhatTheDatabaseHasNothingOfIsNeverClean) {
  const Matches found = matches({}, {package_of("pub", "b", "1.0"), package_of("hex", "a", "1.0")});
  EXPECT_EQ(found.coverage, model::Coverage::NotCovered);
  ASSERT_THAT(found.issues, SizeIs(2));
  EXPECT_EQ(found.issues[0].message,
            "not covered: the database has no advisories for Hex, so its package was not checked");
  // Nobody publishes advisories about these: a remark, for nothing is missing.
  const Matches none = matches({}, {package_of("generic", "busybox", "1.36.1")});
  EXPECT_THAT(none.issues, IsEmpty());
  EXPECT_THAT(none.notes, SizeIs(1));
}

TEST_F(MatchTest, AnOwnedPackageStandsUnderTheDistributionsVerdict) {
  model::Package owned = package_of("npm", "owned", "1.0");
  owned.owner = "pkg:deb/debian/node-owned@1.0";
  model::Package os = package_of("deb", "bash", "5.2");
  // The database covers Debian 7 and not Debian 12.
  EXPECT_EQ(matches(distro_of("debian", "7"), {os, owned}).coverage, model::Coverage::Covered);
  EXPECT_THAT(matches(distro_of("debian", "7"), {os, package_of("pub", "b", "1.0")}).issues,
              SizeIs(1));
  owned.type = "pub";
  EXPECT_THAT(matches(distro_of("debian", "7"), {os, owned}).issues, IsEmpty());
}

} // namespace
} // namespace portique::advisory
