#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/policy/judge_report.h"
#include "portique/policy/policy_test_support.h"
#include "portique/policy/report_source.h"

namespace portique::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

model::Finding finding(std::string id, std::string path, std::uint32_t line) {
  model::Finding made;
  made.id = std::move(id);
  made.kind = model::FindingKind::Misconfiguration;
  made.severity = model::Severity::High;
  made.path = std::move(path);
  made.lines = {line, line};
  return made;
}

/// Two files, three resources, a finding in two of them, one outside of any, one that does not
/// count.
struct Checked {
  model::Report report;
  std::vector<model::ConfigFile> files;

  Checked() {
    files.push_back({"a.yaml",
                     "kubernetes",
                     {{"Pod", "web", "shop", {1, 10}, R"({"spec":{"hostPID":true}})"},
                      {"Service", "db", "shop", {12, 20}, R"({"spec":{"ports":[{"port":80}]}})"}}});
    files.push_back({"Dockerfile", "dockerfile", {{"stage", "", "", {1, 3}, R"({"RUN":["x"]})"}}});
    report.findings = {finding("K1", "a.yaml", 5),
                       finding("K2", "a.yaml", 11),
                       finding("D1", "Dockerfile", 2),
                       finding("D2", "Dockerfile", 2)};
    report.findings[3].suppression = model::Suppression{.by = "x", .reason = "y", .until = {}};
  }
};

std::vector<std::string> hits_of(std::string_view rules) {
  const LoadedPolicy loaded = load_text("rules:\n" + std::string(rules));
  if (!loaded.policy) return {loaded.diagnostics.front().text()};
  const Checked checked;
  std::vector<std::string> lines;
  for (const model::RuleHit& hit :
       judge_config(*loaded.policy, checked.report, checked.files, kToday).hits)
    lines.push_back(hit.message + " @" + hit.path + ":" + std::to_string(hit.line));
  return lines;
}

TEST(JudgeConfig, AsksForFilesResourcesAndFindings) {
  EXPECT_THAT(
      hits_of("  - {name: a, on: config, deny: file.type exists, message: '{file.type}'}\n"),
      ElementsAre("kubernetes @a.yaml:0", "dockerfile @Dockerfile:0"));
  EXPECT_THAT(hits_of("  - {name: a, on: config, deny: resource.kind exists, message: "
                      "'{resource.kind} {resource.namespace}'}\n"),
              ElementsAre("Pod shop @a.yaml:1",
                          "Service shop @a.yaml:12",
                          "stage <none> "
                          "@Dockerfile:1"));
  EXPECT_THAT(hits_of("  - {name: a, on: config, deny: finding.severity >= high, message: "
                      "'{finding.id} {resource.name}'}\n"),
              ElementsAre("K1 web @a.yaml:5", "K2 <none> @a.yaml:11", "D1 <none> @Dockerfile:2"));
  EXPECT_THAT(hits_of("  - {name: a, on: config, deny: resource.body.spec.hostPID = true, message: "
                      "'{resource.name}'}\n"),
              ElementsAre("web @a.yaml:1"));
  EXPECT_THAT(hits_of("  - {name: a, on: config, deny: resource.body.spec.ports.port = 80 and "
                      "file.type = kubernetes, message: x}\n"),
              ElementsAre("x @a.yaml:12"));
  EXPECT_THAT(hits_of("  - {name: a, on: image, deny: finding.id = K1, message: x}\n"), IsEmpty());
}

TEST(JudgeConfig, AllowEndsTheMatterForWhatItIsAbout) {
  const std::string deny = "  - {name: d, on: config, deny: finding.id exists, message: "
                           "'{finding.id}'}\n";
  EXPECT_THAT(
      hits_of("  - {name: a, on: config, allow: file.type = dockerfile, message: ok}\n" + deny),
      ElementsAre("K1 @a.yaml:5", "K2 @a.yaml:11", "ok @Dockerfile:0"));
  EXPECT_THAT(hits_of("  - {name: a, on: config, allow: finding.id = K1, message: ok}\n" + deny),
              ElementsAre("K2 @a.yaml:11", "D1 @Dockerfile:2", "ok @a.yaml:5"));
}

TEST(JudgeConfig, MessagesAskOnlyForWhatTheRuleIsAbout) {
  EXPECT_THAT(
      hits_of("  - {name: a, on: config, deny: file.type = x, message: '{resource.name}'}\n")
          .front(),
      testing::HasSubstr("asks for a resource, and the rule's condition is about none"));
}

TEST(JudgeConfig, EveryFieldIsAnswered) {
  EXPECT_THAT(unanswered_fields(Domain::Config), IsEmpty());
}

} // namespace
} // namespace portique::policy
