#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/scan/check_config.h"

namespace portique::scan {
namespace {

const ConfigCheckOptions kOptions{.now = base::parse_time("2026-01-01").value(), .limits = {}};

const model::Finding*
find(const model::Report& report, std::string_view id, std::string_view path) {
  for (const model::Finding& finding : report.findings)
    if (finding.id == id && finding.path == path) return &finding;
  return nullptr;
}

TEST(CheckConfig, ChecksEveryFileOfAFolder) {
  const auto folder = base::TempDir::create("check").value();
  std::filesystem::create_directories(folder.path() / "a/.git");
  std::filesystem::create_directories(folder.path() / "a/node_modules/x");
  const std::string text = "FROM debian\nENV API_TOKEN=hunter2\nUSER 1\n";
  for (const char* name : {"a/Dockerfile", "a/.git/Dockerfile", "a/node_modules/x/Dockerfile"})
    ASSERT_TRUE(base::write_file_atomically(folder.path() / name, text));
  const auto check = check_config(folder.path(), kOptions);
  ASSERT_TRUE(check) << check.error().text();
  const model::Report* report = &check->report;
  EXPECT_EQ(report->subject.kind, "config");
  EXPECT_TRUE(report->issues.empty());
  const model::Finding* untagged = find(*report, "PQ-DF-001", "a/Dockerfile");
  ASSERT_NE(untagged, nullptr);
  EXPECT_EQ(untagged->lines, (model::LineRange{1, 1}));
  EXPECT_EQ(untagged->excerpt, "FROM debian");
  EXPECT_EQ(find(*report, "PQ-DF-001", "a/.git/Dockerfile"), nullptr);
  EXPECT_EQ(find(*report, "PQ-DF-001", "a/node_modules/x/Dockerfile"), nullptr);
  const model::Finding* secret = find(*report, "PQ-DF-110", "a/Dockerfile");
  ASSERT_NE(secret, nullptr);
  EXPECT_EQ(secret->excerpt, "ENV API_TOKEN=****") << "a report must not hold the secret";
}

TEST(CheckConfig, ShowsNoSecretAnywhere) {
  const auto folder = base::TempDir::create("check").value();
  ASSERT_TRUE(base::write_file_atomically(folder.path() / "a.yaml",
                                          "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n"
                                          "stringData:\n  key: |\n    first-line\n    second-line\n"
                                          "  other: \"hun\\x74er2\"\n"
                                          "---\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\n"
                                          "spec:\n  containers:\n    - name: c\n      env:\n"
                                          "        - {name: A_TOKEN, value: third-secret}\n"));
  const auto check = check_config(folder.path(), kOptions);
  ASSERT_TRUE(check);
  const model::Report* report = &check->report;
  EXPECT_GT(report->findings.size(), 10U);
  for (const model::Finding& finding : report->findings)
    for (const std::string_view secret : {"first-line", "second-line", "x74er2", "third-secret"})
      EXPECT_EQ(finding.excerpt.find(secret), std::string::npos) << finding.id << finding.excerpt;
}

TEST(CheckConfig, ReadsWhatAFileRefersToInItsFolder) {
  const auto folder = base::TempDir::create("check").value();
  const auto app = folder.path() / "app";
  std::filesystem::create_directories(app / "infra");
  const auto write = [&](const std::filesystem::path& path, std::string_view text) {
    ASSERT_TRUE(base::write_file_atomically(path, text));
  };
  write(app / "compose.yaml",
        "include: [infra/db.conf, ../outside.yaml, link.yaml]\n"
        "services:\n  web: {extends: {file: base.yaml, service: web}}\n");
  write(app / "infra/db.conf", "include: [more]\nservices: {db: {image: 'db:${TAG}'}}\n");
  write(app / "infra/more", "services: {more: {image: x, privileged: true}}\n");
  write(app / ".env", "TAG=latest\n");
  write(app / "base.yaml", "services: {web: {image: y, network_mode: host}}\n");
  const std::string other = "services: {o: {image: z, privileged: true}}\n";
  write(folder.path() / "outside.yaml", other);
  std::filesystem::create_symlink("../outside.yaml", app / "link.yaml");
  const auto check = check_config(app / "compose.yaml", kOptions);
  ASSERT_TRUE(check) << check.error().text();
  const std::string prefix = app.string() + "/";
  EXPECT_NE(find(check->report, "PQ-CO-025", prefix + "infra/db.conf"), nullptr);
  EXPECT_NE(find(check->report, "PQ-CO-001", prefix + "infra/more"), nullptr);
  EXPECT_NE(find(check->report, "PQ-CO-007", prefix + "compose.yaml"), nullptr);
  for (const model::Finding& finding : check->report.findings)
    EXPECT_EQ(finding.path.find("outside"), std::string::npos);
  EXPECT_EQ(check->report.issues.size(), 2U) << "outside.yaml and the link to it";
}

TEST(CheckConfig, SaysWhatCouldNotBeRead) {
  const auto folder = base::TempDir::create("check").value();
  const auto path = folder.path() / "Dockerfile";
  ASSERT_TRUE(base::write_file_atomically(path, "FROM debian:12\nFRUM x\nRUN <<E\n"));
  const auto check = check_config(path, kOptions);
  ASSERT_TRUE(check);
  const model::Report* report = &check->report;
  ASSERT_EQ(report->issues.size(), 2U);
  EXPECT_EQ(report->issues[0].message, "line 3: the here-document 'E' does not end");
  EXPECT_EQ(report->issues[1].message, "line 2: there is no instruction 'FRUM'");
  ASSERT_TRUE(base::write_file_atomically(path, std::string("\0\1\2", 3)));
  EXPECT_EQ(check_config(path, kOptions)->report.issues.size(), 1U);
  ASSERT_TRUE(base::write_file_atomically(folder.path() / "notes.txt", "hello"));
  EXPECT_EQ(check_config(folder.path() / "notes.txt", kOptions)->report.issues.size(), 1U);
  EXPECT_FALSE(check_config(folder.path() / "absent", kOptions));
}

} // namespace
} // namespace portique::scan
