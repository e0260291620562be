// Trivy's report against reports that Trivy itself wrote (inventory/sbom/testdata/real).
#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/report/formats.h"
#include "portique/report/sample_reports.h"

namespace portique::report {
namespace {

namespace json = boost::json;

json::value report_of(const model::Report& report, const WriteOptions& options = {}) {
  return base::parse_json(write_text(*find_format("trivy-json"), report, options).value()).value();
}

/// The path and kind of every value; members of maps that are keyed by sources are one.
void shape_of(const json::value& value,
              const std::string& path,
              std::map<std::string, std::set<json::kind>>& shape) {
  shape[path].insert(value.is_int64() || value.is_double() ? json::kind::double_ : value.kind());
  if (value.is_array()) {
    for (const json::value& item : value.get_array())
      shape_of(item, path + "/-", shape);
  } else if (value.is_object()) {
    const bool by_source = path.ends_with("/CVSS") || path.ends_with("/VendorSeverity");
    for (const auto& [name, member] : value.get_object())
      shape_of(member, path + "/" + (by_source ? "*" : std::string(name)), shape);
  }
}

std::map<std::string, std::set<json::kind>> shape_of_trivys_own() {
  std::map<std::string, std::set<json::kind>> shape;
  const auto folder =
      std::filesystem::path(PORTIQUE_TESTDATA).parent_path() / "../inventory/sbom/testdata/real";
  for (const std::string_view name : {"trivy-npm.json", "trivy-centos-7.json"}) {
    const auto text = base::read_file(folder / name, 1U << 20U);
    EXPECT_TRUE(text) << name;
    if (text) shape_of(base::parse_json(*text).value(), "", shape);
  }
  return shape;
}

TEST(TrivyReport, HasOnlyWhatTrivysReportsHave) {
  // Members that the two reports lack, from pkg/types and pkg/fanal/types of Trivy.
  const std::set<std::string> also{"/Metadata/RepoDigests",
                                   "/Metadata/RepoDigests/-",
                                   "/Metadata/OS/EOSL",
                                   "/Results/-/Packages/-/Release",
                                   "/Results/-/Packages/-/Epoch",
                                   "/Results/-/Packages/-/Arch",
                                   "/Results/-/Packages/-/Dev",
                                   "/Results/-/Packages/-/SrcName",
                                   "/Results/-/Packages/-/SrcVersion",
                                   "/Results/-/Packages/-/SrcRelease",
                                   "/Results/-/Packages/-/SrcEpoch",
                                   "/Results/-/Packages/-/Maintainer",
                                   "/Results/-/Packages/-/Modularitylabel",
                                   "/Results/-/Packages/-/FilePath",
                                   "/Results/-/Packages/-/Digest",
                                   "/Results/-/Packages/-/Licenses",
                                   "/Results/-/Packages/-/Licenses/-",
                                   "/Results/-/Packages/-/Layer",
                                   "/Results/-/Packages/-/Layer/Digest",
                                   "/Results/-/Packages/-/Layer/DiffID",
                                   "/Results/-/Vulnerabilities/-/PkgPath",
                                   "/Results/-/Vulnerabilities/-/CVSS/*/V40Vector",
                                   "/Results/-/Vulnerabilities/-/CVSS/*/V40Score"};
  const auto theirs = shape_of_trivys_own();
  std::map<std::string, std::set<json::kind>> ours;
  for (const SampleReport& sample : sample_reports())
    shape_of(report_of(sample.make(), {.list_packages = true}), "", ours);
  EXPECT_GT(ours.size(), 60U);
  for (const auto& [path, kinds] : ours) {
    const auto found = theirs.find(path);
    // The sample of theirs has no secrets; what they write of them is in their documentation.
    if (path.starts_with("/Results/-/Secrets")) continue;
    if (found == theirs.end())
      EXPECT_TRUE(also.contains(path)) << path;
    else
      EXPECT_TRUE(std::ranges::includes(found->second, kinds)) << path;
  }
  // And what programs that read such reports ask for.
  for (const std::string_view path : {"/SchemaVersion",
                                      "/ArtifactName",
                                      "/ArtifactType",
                                      "/Metadata/OS/Family",
                                      "/Metadata/ImageID",
                                      "/Metadata/DiffIDs/-",
                                      "/Metadata/RepoTags/-",
                                      "/Metadata/ImageConfig/rootfs/diff_ids/-",
                                      "/Results/-/Target",
                                      "/Results/-/Class",
                                      "/Results/-/Type",
                                      "/Results/-/Vulnerabilities/-/VulnerabilityID",
                                      "/Results/-/Vulnerabilities/-/PkgName",
                                      "/Results/-/Vulnerabilities/-/InstalledVersion",
                                      "/Results/-/Vulnerabilities/-/FixedVersion",
                                      "/Results/-/Vulnerabilities/-/Status",
                                      "/Results/-/Vulnerabilities/-/Severity",
                                      "/Results/-/Vulnerabilities/-/PkgIdentifier/PURL",
                                      "/Results/-/Vulnerabilities/-/DataSource/ID"})
    EXPECT_TRUE(ours.contains(std::string(path))) << path;
}

model::Package package(std::string type, std::string ns, std::string name, std::string version) {
  model::Package package;
  package.type = std::move(type);
  package.ns = std::move(ns);
  package.name = std::move(name);
  package.version = std::move(version);
  return package;
}

model::Report mixed_report() {
  model::Report report;
  report.subject.name = "app.tar";
  report.distro = {.id = "rhel", .version_id = "9.4"};
  report.packages = {package("golang", "golang.org/x", "net", "v0.1.0"),
                     package("maven", "org.x", "y", "1"),
                     package("npm", "@scope", "z", "2"),
                     package("npm", "", "lock", "3"),
                     package("rpm", "redhat", "podman", "2:4.9.4-0.1.el9")};
  report.packages[0].path = "usr/bin/tool";
  report.packages[1].path = "app.war/WEB-INF/lib/y.jar";
  report.packages[2].path = "node_modules/@scope/z/package.json";
  report.packages[3].path = "package-lock.json";
  report.packages[3].found_by = "npm-lock";
  report.packages[4].epoch = 2;
  report.packages[4].source_name = "podman";
  report.packages[4].source_version = "2:4.9.4-0.1.el9";
  for (std::size_t i = 0; i < report.packages.size(); ++i) {
    model::Finding finding;
    finding.id = fmt::format("CVE-2024-{}", i);
    finding.severity = i == 0 ? model::Severity::Negligible : model::Severity::Critical;
    finding.severity_source = "CVSS 3.1 (GHSA-x)";
    finding.package = i;
    finding.cvss = {{"3.1", "CVSS:3.1/AV:N", 9.8, "GHSA-x"}, {"2.0", "AV:N", 7.5, "CVE-2024-1"}};
    report.findings.push_back(std::move(finding));
  }
  report.findings[2].suppression = model::Suppression{"file:1", "why", std::nullopt};
  return report;
}

TEST(TrivyReport, SortsPackagesIntoResultsAsTrivyDoes) {
  const json::value report = report_of(mixed_report());
  std::vector<std::string> results;
  for (const json::value& item : report.at("Results").as_array()) {
    const json::object& result = item.as_object();
    const json::object& first = base::json_items(&result, "Vulnerabilities").at(0).as_object();
    results.push_back(fmt::format("{} | {} | {} | {} {} {}",
                                  base::json_string(&result, "Target"),
                                  base::json_string(&result, "Class"),
                                  base::json_string(&result, "Type"),
                                  base::json_string(&first, "PkgName"),
                                  base::json_string(&first, "InstalledVersion"),
                                  base::json_string(&first, "Severity")));
  }
  EXPECT_THAT(results,
              testing::ElementsAre(
                  "app.tar (redhat 9.4) | os-pkgs | redhat | podman 2:4.9.4-0.1.el9 CRITICAL",
                  "usr/bin/tool | lang-pkgs | gobinary | golang.org/x/net v0.1.0 LOW",
                  "Java | lang-pkgs | jar | org.x:y 1 CRITICAL",
                  "package-lock.json | lang-pkgs | npm | lock 3 CRITICAL"));
}

TEST(TrivyReport, TakesVersionsApartAndScoresTogether) {
  const json::value report = report_of(mixed_report(), {.list_packages = true});
  const json::object& podman = report.at("Results").at(0).at("Packages").at(0).as_object();
  EXPECT_EQ(base::json_string(&podman, "ID"), "podman@2:4.9.4-0.1.el9");
  EXPECT_EQ(base::json_string(&podman, "Version"), "4.9.4");
  EXPECT_EQ(base::json_string(&podman, "Release"), "0.1.el9");
  EXPECT_EQ(base::json_integer(&podman, "Epoch"), 2);
  EXPECT_EQ(base::json_string(&podman, "SrcVersion"), "4.9.4");
  const json::value& cvss = report.at("Results").at(0).at("Vulnerabilities").at(0).at("CVSS");
  EXPECT_EQ(json::serialize(cvss.at("ghsa")), R"({"V3Vector":"CVSS:3.1/AV:N","V3Score":9.8E0})");
  EXPECT_EQ(json::serialize(cvss.at("nvd")), R"({"V2Vector":"AV:N","V2Score":7.5E0})");
}

TEST(TrivyReport, SuppressedFindingsAreApart) {
  const model::Report report = mixed_report();
  EXPECT_EQ(write_text(*find_format("trivy-json"), report, {}).value().find("@scope/z"),
            std::string::npos);
  const json::value with = report_of(report, {.show_suppressed = true});
  const json::value& modified = with.at("Results").at(3).at("ExperimentalModifiedFindings").at(0);
  EXPECT_EQ(modified.at("Status"), "ignored");
  EXPECT_EQ(modified.at("Source"), "file:1");
  EXPECT_EQ(modified.at("Finding").at("PkgName"), "@scope/z");
}

} // namespace
} // namespace portique::report
