#include <algorithm>

#include <gtest/gtest.h>

#include "portique/inspect/config_files/check_files.h"

namespace portique::inspect {
namespace {

const CheckOptions kOptions{.now = base::parse_time("2026-06-01").value(), .limits = {}};

TEST(CheckFiles, TellsFilesApart) {
  const std::string pod = "apiVersion: v1\nkind: Pod\n";

  const struct {
    std::string_view path;
    std::string content;
    ConfigKind kind;
  } rows[] = {
      {"Dockerfile", "", ConfigKind::Dockerfile},
      {"a/Dockerfile.prod", "", ConfigKind::Dockerfile},
      {"a/web.dockerfile", "", ConfigKind::Dockerfile},
      {"Containerfile", "", ConfigKind::Dockerfile},
      {"Dockerfile.dockerignore", "*.md\n", ConfigKind::None},
      {"stdin", "# c\nFROM a\n", ConfigKind::Dockerfile},
      {"notes.txt", "hello\n", ConfigKind::None},
      {"a.yaml", pod, ConfigKind::Kubernetes},
      {"a.yaml", "---\n# c\nkind: Pod\napiVersion: v1\n", ConfigKind::Kubernetes},
      {"a.json", R"({"apiVersion": "v1", "kind": "Pod"})", ConfigKind::Kubernetes},
      {"a.yaml", "name: x\n", ConfigKind::None},
      {"docker-compose.yml", "", ConfigKind::Compose},
      {"stack.yaml", "services:\n  a:\n    image: b\n", ConfigKind::Compose},
      {"stack.yaml", "services:\n  a: {}\n", ConfigKind::None},
      {"etc/docker/daemon.json", "{}", ConfigKind::DaemonJson},
  };

  for (const auto& row : rows) {
    EXPECT_EQ(config_kind(row.path, row.content), row.kind) << row.path << "\n" << row.content;
    if (row.kind != ConfigKind::None && row.path != "stdin") {
      EXPECT_TRUE(may_be_config(row.path)) << row.path;
    }
  }
}

TEST(CheckFiles, ReportsWhatItCannotRead) {
  const struct {
    std::string path;
    std::string content;
    std::string_view says;
  } rows[] = {
      {"a.yaml", "apiVersion: v1\nkind: Pod\nspec: [\n", "line 4"},
      {"a.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n", "Helm"},
      {"compose.yaml", "services:\n\ta: b\n", "line 2"},
      {"daemon.json", "{\"icc\": }", ""},
      {"daemon.json", "[]", "no object"},
      {"compose.yaml", "services:\n  a:\n    extends: b\n", "line 3"},
  };

  for (const auto& row : rows) {
    const ConfigFile file{row.path, row.content};
    const ConfigFindings found = check_config_files(std::span(&file, 1), kOptions);
    ASSERT_EQ(found.issues.size(), 1U) << row.content;
    EXPECT_EQ(found.issues[0].path, row.path);
    EXPECT_NE(found.issues[0].message.find(row.says), std::string::npos) << found.issues[0].message;
  }
}

TEST(CheckFiles, LooksAtFilesTogether) {
  const std::vector<ConfigFile> files{
      {"app/pod.yaml",
       "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: n}\nspec: {containers: []}\n"},
      {"net/policy.yaml",
       "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: "
       "n}\n"},
      {"c/compose.yaml",
       "services:\n  a:\n    image: a:${TAG}\n    extends: {file: base.yaml, service: b}\n"},
      {"c/base.yaml", "services:\n  b:\n    image: b:1\n    privileged: true\n"},
      {"c/.env", "TAG=latest\n"},
  };
  const ConfigFindings found = check_config_files(files, kOptions);
  EXPECT_TRUE(found.issues.empty());
  std::size_t privileged = 0;
  bool latest = false;
  for (const Hit& hit : found.hits) {
    EXPECT_NE(hit.rule, "PQ-K8-120");
    if (hit.rule == "PQ-CO-001") ++privileged;
    latest = latest || (hit.rule == "PQ-CO-025" && hit.path == "c/compose.yaml");
  }
  EXPECT_EQ(privileged, 2U) << "where it stands, and where it is extended";
  EXPECT_TRUE(latest) << "the variable comes from .env";
}

TEST(CheckFiles, StopsAtItsLimit) {
  std::string text = "FROM a\n";
  for (int i = 0; i < 50; ++i)
    text += "EXPOSE 22\n";
  CheckOptions options = kOptions;
  options.limits.config_findings = 10;
  const ConfigFile file{"Dockerfile", text};
  const ConfigFindings found = check_config_files(std::span(&file, 1), options);
  EXPECT_EQ(found.hits.size(), 10U);
  ASSERT_EQ(found.issues.size(), 1U);
  EXPECT_EQ(found.issues[0].code, base::Code::LimitExceeded);
}

TEST(CheckFiles, NamesTheDuplicateKey) {
  const ConfigFile file{
      "compose.yaml",
      "services:\n  a:\n    image: a:1\n    privileged: false\n    privileged: true\n"};
  const ConfigFindings found = check_config_files(std::span(&file, 1), kOptions);
  ASSERT_EQ(found.notes.size(), 1U);
  EXPECT_TRUE(std::ranges::any_of(
      found.hits, [](const Hit& hit) { return hit.rule == "PQ-CO-001" && hit.lines.first == 5; }));
}

} // namespace
} // namespace portique::inspect
