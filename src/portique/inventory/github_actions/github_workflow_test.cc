#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/github_actions/github_workflow.h"

namespace portique::inventory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Analysis analyze(std::string_view text) {
  return analyze_text(kGithubWorkflow, ".github/workflows/ci.yml", text);
}

Analysis uses(std::string_view value) {
  return analyze("jobs:\n  a:\n    steps:\n      - uses: " + std::string(value) + "\n");
}

TEST(GithubWorkflow, ListsWhatJobsAndStepsUse) {
  const Analysis found = analyze(R"(
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: caches
        uses: 'actions/cache/restore@0057852bfaa89a56745cba8c7296529d2fc39830' # v4.3.0
      - run: make
      - uses: ./.github/actions/own
      - uses: docker://alpine:3.20
      - uses: actions/checkout@v4
  shared:
    uses: octo-org/example/.github/workflows/build.yml@main
)");
  EXPECT_THAT(found.issues, IsEmpty());
  EXPECT_THAT(listed(found),
              ElementsAre("actions/cache@v4.3.0", "actions/checkout@v4", "octo-org/example@main"));
  EXPECT_EQ(found.packages[0].type, "github");
  EXPECT_EQ(found.packages[0].ns, "actions");
  EXPECT_EQ(found.packages[0].name, "checkout");
}

TEST(GithubWorkflow, ListsWhatCompositeActionsUse) {
  const Analysis found = analyze_text(kGithubWorkflow,
                                      "action.yml",
                                      "name: x\nruns:\n  using: composite\n  steps:\n"
                                      "    - uses: actions/setup-node@v3.1\n");
  EXPECT_THAT(listed(found), ElementsAre("actions/setup-node@v3.1"));
  EXPECT_THAT(analyze_text(kGithubWorkflow, "action.yml", "runs:\n  using: node20\n").issues,
              IsEmpty());
}

TEST(GithubWorkflow, ReadsVersionsBehindCommits) {
  const std::string commit = "a/b@0057852bfaa89a56745cba8c7296529d2fc39830";

  const struct {
    std::string_view comment;
    std::string_view version;
  } rows[] = {
      {"", "0057852bfaa89a56745cba8c7296529d2fc39830"},
      {" # v4.3.0", "v4.3.0"},
      {" #v4", "v4"},
      {" # tag=v1.0", "v1.0"},
      {" # pin 2.0.1 (why)", "2.0.1"},
      {" # main", "0057852bfaa89a56745cba8c7296529d2fc39830"},
      {" # 0057852bfaa89a56745cba8c7296529d2fc39830", "0057852bfaa89a56745cba8c7296529d2fc39830"},
  };

  for (const auto& row : rows) {
    EXPECT_THAT(listed(uses(commit + std::string(row.comment))),
                ElementsAre("a/b@" + std::string(row.version)))
        << row.comment;
  }
  EXPECT_THAT(listed(uses("a/b@v3 # v4.0.0")), ElementsAre("a/b@v3")) << "what counts is asked for";
}

TEST(GithubWorkflow, ReportsWhatItCannotRead) {
  for (const std::string_view value :
       {"checkout@v4", "actions/checkout", "a/b@", "'${{ x }}'", "/b@v1"})
    EXPECT_EQ(uses(value).issues.size(), 1U) << value;
  EXPECT_EQ(analyze("jobs: [").issues.size(), 1U);
  for (const std::string_view text : {"",
                                      "a: b",
                                      "jobs: 1",
                                      "jobs: {a: 1}",
                                      "jobs: {a: {steps: 1}}",
                                      "runs: {steps: [1, {uses: [x]}]}"})
    EXPECT_EQ(analyze(text), Analysis{}) << text;
}

} // namespace
} // namespace portique::inventory
