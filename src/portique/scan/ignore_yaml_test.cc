#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/scan/ignore_yaml.h"

namespace portique::scan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

IgnoreFile file_of(std::string name, std::string_view text) {
  auto file = parse_ignore_yaml(std::move(name), text, {});
  EXPECT_TRUE(file.has_value()) << (file ? "" : file.error().text());
  return file ? *std::move(file) : IgnoreFile{};
}

/// Four packages with one finding each, of an Alpine image with an npm application.
model::Report sample() {
  model::Report report;
  report.distro.id = "alpine";
  report.distro.version_id = "3.11.3";
  const auto add = [&](model::Package package, std::string cve) {
    model::Finding finding;
    finding.id = std::move(cve);
    finding.package = report.packages.size();
    report.packages.push_back(std::move(package));
    report.findings.push_back(std::move(finding));
  };
  const auto apk = [](std::string name, std::string version, std::string source) {
    return model::Package{.type = "apk",
                          .ns = "alpine",
                          .name = name,
                          .version = version,
                          .source_name = std::move(source),
                          .source_version = version,
                          .path = "lib/apk/db/installed",
                          .purl = "pkg:apk/alpine/" + name + "@" + version + "?arch=x86_64"};
  };
  const auto npm = [](std::string name, std::string path) {
    return model::Package{.type = "npm",
                          .name = name,
                          .version = "1.0.0",
                          .source_name = {},
                          .source_version = {},
                          .path = std::move(path),
                          .purl = "pkg:npm/" + name + "@1.0.0"};
  };
  add(apk("libssl1.1", "1.1.1d-r2", "openssl"), "CVE-2020-1");
  add(apk("libstdc++", "9.2.0-r3", "libstdc++"), "CVE-2020-2");
  add(npm("lodash", "app/node_modules/lodash/package.json"), "CVE-2020-3");
  add(npm("lodash", "tools/node_modules/lodash/package.json"), "CVE-2020-3");
  report.findings[0].fix_state = model::FixState::Fixed;
  report.findings[1].fix_state = model::FixState::EndOfLife;
  report.findings[1].vex = model::VexNote{.status = model::VexStatus::UnderInvestigation};
  report.findings[2].aliases = {"GHSA-aaaa-bbbb-cccc"};
  return report;
}

/// Which findings the file suppresses: an 'x' each.
std::string suppressed(const IgnoreFile& file) {
  model::Report report = sample();
  apply_ignore_file(file, report, base::parse_time("2026-11-24").value());
  std::string out;
  for (const model::Finding& finding : report.findings)
    out += finding.suppression ? 'x' : '.';
  return out;
}

TEST(TrivyIgnoreYaml, ReadsWhatTrivyDocuments) {
  const IgnoreFile file = file_of(".trivyignore.yaml",
                                  "vulnerabilities:\n"
                                  "  - id: CVE-2022-40897\n"
                                  "    paths:\n"
                                  "      - \"usr/local/lib/python3.9/site-packages/x/METADATA\"\n"
                                  "    statement: Accept the risk\n"
                                  "  - id: CVE-2023-3817\n"
                                  "    purls:\n"
                                  "      - \"pkg:deb/debian/libssl1.1\"\n"
                                  "    expired_at: 2027-01-01\n"
                                  "misconfigurations:\n"
                                  "  - id: AVD-DS-0001\n"
                                  "secrets:\n"
                                  "  - id: aws-access-key-id\n"
                                  "licenses:\n"
                                  "  - id: GPL-3.0 # License name is used as ID\n");
  ASSERT_EQ(file.entries.size(), 5U);
  EXPECT_EQ(file.entries[0].id, "CVE-2022-40897");
  EXPECT_EQ(file.entries[0].line, 2U);
  EXPECT_EQ(file.entries[0].reason, "Accept the risk");
  EXPECT_EQ(file.entries[0].conditions.kind, model::FindingKind::Vulnerability);
  EXPECT_EQ(file.entries[1].expires, base::parse_time("2027-01-01"));
  EXPECT_EQ(file.entries[2].conditions.kind, model::FindingKind::Misconfiguration);
  EXPECT_EQ(file.entries[3].conditions.kind, model::FindingKind::Secret);
  EXPECT_TRUE(file.entries[4].conditions.about_licences);
}

struct SuppressCase {
  std::string_view name;
  std::string text;
  std::string_view want;
};

TEST(TrivyIgnoreYaml, NarrowsByPathsAndPurls) {
  const SuppressCase cases[] = {
      {"id", "vulnerabilities: [{id: cve-2020-3}]", "..xx"},
      {"alias", "vulnerabilities: [{id: GHSA-aaaa-bbbb-cccc}]", "..x."},
      {"path", "vulnerabilities: [{id: CVE-2020-3, paths: ['app/**/package.json']}]", "..x."},
      {"path with a slash in front",
       "vulnerabilities: [{id: CVE-2020-3, paths: [/tools/**]}]",
       "...x"},
      {"one of the paths", "vulnerabilities: [{id: CVE-2020-3, paths: [x, app/**]}]", "..x."},
      {"purl", "vulnerabilities: [{id: CVE-2020-1, purls: ['pkg:apk/alpine/libssl1.1']}]", "x..."},
      {"another version",
       "vulnerabilities: [{id: CVE-2020-1, purls: ['pkg:apk/alpine/libssl1.1@1.1.1e']}]",
       "...."},
      {"path and purl",
       "vulnerabilities: [{id: CVE-2020-3, paths: [app/**], purls: ['pkg:npm/left-pad']}]",
       "...."},
      {"expired", "vulnerabilities: [{id: CVE-2020-1, expired_at: 2026-11-24}]", "...."},
      {"not yet", "vulnerabilities: [{id: CVE-2020-1, expired_at: 2026-11-25}]", "x..."},
      {"of another kind", "secrets: [{id: CVE-2020-1}]", "...."},
      {"of a licence", "licenses: [{id: CVE-2020-1}]", "...."},
      {"nothing", "vulnerabilities:\n", "...."},
      {"an empty file", "# none\n", "...."},
  };
  for (const SuppressCase& row : cases)
    EXPECT_EQ(suppressed(file_of("f.yaml", row.text)), row.want) << row.name;
}

TEST(GrypeIgnore, RulesHoldWhereAllCriteriaHold) {
  const SuppressCase cases[] = {
      {"id", "ignore: [{vulnerability: CVE-2020-1}]", "x..."},
      {"fix state", "ignore: [{fix-state: wont-fix}]", ".x.."},
      {"what is not known", "ignore: [{fix-state: unknown}]", "...."},
      {"name", "ignore: [{package: {name: lodash}}]", "..xx"},
      {"name and id", "ignore: [{vulnerability: CVE-2020-1, package: {name: lodash}}]", "...."},
      {"name as pattern", "ignore: [{package: {name: 'lib(ssl|crypto).*'}}]", "x..."},
      {"all of the name", "ignore: [{package: {name: 'ssl.*'}}]", "...."},
      {"a name that is no pattern", "ignore: [{package: {name: libstdc++}}]", ".x.."},
      {"a pattern that is none", "ignore: [{package: {name: '('}}]", "...."},
      {"version", "ignore: [{package: {name: libssl1.1, version: 1.1.1d-r2}}]", "x..."},
      {"type as in Syft", "ignore: [{package: {type: npm}}]", "..xx"},
      {"type as in purls", "ignore: [{package: {type: apk}}]", "xx.."},
      {"language", "ignore: [{package: {language: javascript}}]", "..xx"},
      {"location", "ignore: [{package: {location: '/app/**'}}]", "..x."},
      {"upstream", "ignore: [{package: {upstream-name: openssl}}]", "x..."},
      {"upstream that is itself", "ignore: [{package: {upstream-name: libstdc++}}]", "...."},
      {"indirect", "ignore: [{match-type: exact-indirect-match}]", "x..."},
      {"direct", "ignore: [{match-type: exact-direct-match}]", ".xxx"},
      {"cpe", "ignore: [{match-type: cpe-match}]", "...."},
      {"namespace", "ignore: [{namespace: 'alpine:distro:alpine:3.11'}]", "xx.."},
      {"namespace of a language", "ignore: [{namespace: 'github:language:javascript'}]", "..xx"},
      {"vex status", "ignore: [{vex-status: under_investigation}]", ".x.."},
      {"vex justification", "ignore: [{vex-justification: component_not_present}]", "...."},
      {"an empty rule", "ignore: [{}, {vulnerability: '', package: {}}]", "...."},
      {"other settings", "output: json\nignore:\n  - vulnerability: CVE-2020-1\n", "x..."},
      {"no rules", "ignore:\n", "...."},
  };
  for (const SuppressCase& row : cases)
    EXPECT_EQ(suppressed(file_of(".grype.yaml", row.text)), row.want) << row.name;
}

TEST(GrypeIgnore, TellsWhatItIgnores) {
  model::Report report = sample();
  const IgnoreFile file = file_of(".grype.yaml",
                                  "ignore:\n"
                                  "  - reason: nothing\n"
                                  "  - package: {name: lodash}\n"
                                  "    reason: not shipped\n"
                                  "  - package: {name: left-pad}\n");
  apply_ignore_file(file, report, {});
  ASSERT_TRUE(report.findings[2].suppression);
  EXPECT_EQ(report.findings[2].suppression->by, ".grype.yaml:3");
  EXPECT_EQ(report.findings[2].suppression->reason, "not shipped");
  EXPECT_THAT(report.notes,
              ElementsAre(".grype.yaml: the rule in line 2 has no criteria and ignores nothing",
                          ".grype.yaml: 1 entry matches no finding: a rule (line 5)"));
}

TEST(GrypeIgnore, ASettingsFileWithoutRulesIsFine) {
  EXPECT_THAT(file_of(".grype.yaml", "output: json\ndb: {auto-update: false}\n").entries,
              IsEmpty());
}

TEST(IgnoreYaml, RefusesWhatIsHalfUnderstood) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"vulnerabilities:\n  - id: CVE-1\n    expires: 2027-01-01\n",
       "f.yaml: line 3, column 5: there is no 'expires' in an entry; there are: id, paths"},
      {"vulnerabilities:\n  - CVE-1\n", "line 2, column 5: an entry must be a mapping"},
      {"vulnerabilities:\n  - statement: x\n", "line 2, column 5: an entry needs an id"},
      {"vulnerabilities: CVE-1\n", "vulnerabilities must be a list"},
      {"licences: [{id: x}]\n", "line 1, column 1: there is no 'licences' in such a file"},
      {"vulnerabilities: [{id: [a]}]\n", "id must be a text"},
      {"vulnerabilities: [{id: a, paths: {a: b}}]\n", "paths must be a list"},
      {"vulnerabilities: [{id: a, paths: ['[']}]\n", "'[': '[' without ']'"},
      {"vulnerabilities: [{id: a, purls: [lodash]}]\n", "is no package URL"},
      {"vulnerabilities: [{id: a, expired_at: tomorrow}]\n", "'tomorrow' is not a date"},
      {"vulnerabilities: [{id: a, id: b}]\n", "key 'id' stands here and in line 1"},
      {"ignore: {vulnerability: CVE-1}\n", "ignore must be a list"},
      {"ignore: [{vulnerabilty: CVE-1}]\n", "there is no 'vulnerabilty' in an entry"},
      {"ignore: [{package: {path: x}}]\n", "there is no 'path' in an entry"},
      {"ignore: [{package: {location: '{a'}}]\n", "'{' without '}'"},
      {"- CVE-1\n", "the file must be a mapping"},
      {"a: 1\n---\nb: 2\n", "2 documents where one is expected"},
      {"a: [", "f.yaml: line 1"},
  };
  for (const auto& [text, message] : cases) {
    const auto file = parse_ignore_yaml("f.yaml", text, {});
    ASSERT_FALSE(file) << text;
    EXPECT_THAT(file.error().text(), HasSubstr(message)) << text;
  }
}

TEST(IgnoreYaml, FilesOfAFolderAreToldApart) {
  const auto folder = base::TempDir::create("portique-ignore");
  ASSERT_TRUE(folder.has_value());
  const auto write = [&](const char* name, std::string_view text) {
    ASSERT_TRUE(base::write_file_atomically(folder->path() / name, text));
  };
  write(".trivyignore", "CVE-1\n");
  write(".trivyignore.yaml", "vulnerabilities: [{id: CVE-2}]\n");
  write(".grype.yaml", "ignore: [{vulnerability: CVE-3}]\n");
  const auto files = read_ignore_files_in(folder->path(), {});
  ASSERT_TRUE(files.has_value()) << files.error().text();
  std::vector<std::string> seen;
  for (const IgnoreFile& file : *files)
    for (const IgnoreEntry& entry : file.entries)
      seen.push_back(file.name + " " + entry.id);
  EXPECT_THAT(seen,
              ElementsAre(".trivyignore CVE-1", ".trivyignore.yaml CVE-2", ".grype.yaml CVE-3"));
  EXPECT_TRUE(read_ignore_file(folder->path() / ".grype.yaml", {}));
}

} // namespace
} // namespace portique::scan
