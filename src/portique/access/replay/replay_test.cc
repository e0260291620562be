#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/access/audit/file_trail.h"
#include "portique/access/command_line/assumed_engine.h"
#include "portique/access/command_line/docker_command_line.h"
#include "portique/access/gatekeeper.h"
#include "portique/access/replay/learn.h"
#include "portique/access/replay/replay.h"
#include "portique/base/file.h"
#include "portique/base/text.h"

namespace portique::access {

namespace {

using Words = std::vector<std::string>;

/// Enough of the facts for these tests.
base::Result<WorkloadFacts> test_facts(const EngineCall& call, EngineView& /*view*/) {
  WorkloadFacts facts;
  if (const auto* image = call.body.if_contains("Image"); image != nullptr && image->is_string())
    facts.images.emplace_back(image->get_string());
  const auto* host = call.body.if_contains("HostConfig");
  if (host == nullptr || !host->is_object()) return facts;
  const auto* privileged = host->get_object().if_contains("Privileged");
  facts.privileged = privileged != nullptr && privileged->is_bool() && privileged->get_bool();
  if (const auto* binds = host->get_object().if_contains("Binds");
      binds != nullptr && binds->is_array())
    for (const auto& bind : binds->get_array())
      facts.host_paths.emplace_back(base::split(bind.get_string(), ':').front());
  return facts;
}

Identity caller(const std::string& user) {
  Identity made;
  made.user = user.substr(0, user.find('@'));
  made.groups = {"dev"};
  if (user.contains('@')) made.groups = {"staff", user.substr(user.find('@') + 1)};
  made.proof = Proof::Certificate;
  return made;
}

constexpr std::string_view kOld = R"(
roles:
  lead: {allow: ["*"]}
  worker:
    allow:
      - {actions: [containers.*], own: true}
      - {actions: [containers.restart], name: ["app-*"]}
      - images.pull
bindings:
  lead: {users: [alice]}
  worker: {users: [bob]}
rules:
  - {name: no-privilege, on: request, deny: request.privileged = true, message: "no"}
)";

class ReplayTest : public testing::Test {
protected:
  /// What users did under a policy, in a trail.
  void record(std::string_view policy, const std::vector<std::pair<std::string, Words>>& lines) {
    TrailOptions options;
    options.folder = trail();
    const auto file = FileTrail::open(options);
    ASSERT_TRUE(file) << file.error().text();
    AssumedEngine engine;
    engine.add_owned("web", "alice");
    for (int i = 0; i < 20; ++i)
      engine.add_owned("app-" + std::to_string(i), "alice");
    Gatekeeper keeper({&engine, file->get(), &engine, nullptr, test_facts}, {});
    const auto offered = keeper.offer({"access.yaml", std::string(policy), ""});
    ASSERT_TRUE(offered) << offered.error().text();
    for (const auto& [user, words] : lines) {
      engine.set_new_container("", "alpine", caller(user).user);
      const auto line = docker_requests(words, {});
      ASSERT_TRUE(line) << line.error().text();
      for (const EngineRequest& request : line->requests)
        if (!keeper.judge(Gate::Guard, request, caller(user)).decision.allow) break;
    }
  }

  ReplayOutcome replay(std::string_view policy) {
    const auto loaded = AccessPolicy::load_text("new.yaml", std::string(policy), {}, base::now());
    EXPECT_TRUE(loaded.policy) << (loaded.diagnostics.empty() ? "" : loaded.diagnostics[0].text());
    auto cursor = TrailCursor::open(trail());
    EXPECT_TRUE(cursor);
    auto outcome = replay_trail(*cursor, *loaded.policy);
    EXPECT_TRUE(outcome);
    return *outcome;
  }

  std::filesystem::path trail() { return folder_.path() / "trail"; }

  base::TempDir folder_ = *base::TempDir::create("replay");
};

std::vector<std::pair<std::string, Words>> week() {
  std::vector<std::pair<std::string, Words>> lines = {
      {"alice", {"run", "-d", "--name", "web", "alpine"}},
      {"alice", {"stop", "web"}},
      {"bob", {"create", "alpine"}},
      {"bob", {"create", "--privileged", "alpine"}},
      {"bob", {"stop", "web"}},
      {"bob", {"pull", "alpine"}},
      {"carol", {"ps"}},
  };
  for (int i = 0; i < 20; ++i)
    lines.push_back({"bob", {"restart", "app-" + std::to_string(i)}});
  return lines;
}

TEST_F(ReplayTest, TheSamePolicyDecidesTheSame) {
  record(kOld, week());
  const ReplayOutcome outcome = replay(kOld);
  EXPECT_GE(outcome.decisions, 28U);
  EXPECT_EQ(outcome.same, outcome.decisions);
  EXPECT_TRUE(outcome.denied.empty());
  EXPECT_TRUE(outcome.allowed.empty());
  EXPECT_EQ(outcome.without_record + outcome.unreadable, 0U);
}

TEST_F(ReplayTest, TellsWhatIsNewlyDeniedAndAllowed) {
  record(kOld, week());
  std::string changed(kOld);
  changed.replace(changed.find("[\"app-*\"]"), 9, "[\"app-1\"]");
  changed.replace(changed.find("worker: {users: [bob]}"), 22, "worker: {users: [bob, carol]}");
  changed.replace(changed.find("- images.pull"), 13, "- images.pull\n      - containers.list");
  const ReplayOutcome outcome = replay(changed);
  ASSERT_EQ(outcome.denied.size(), 1U);
  EXPECT_EQ(outcome.denied[0].user, "bob");
  EXPECT_EQ(outcome.denied[0].action, "containers.restart");
  EXPECT_EQ(outcome.denied[0].count, 19U);
  EXPECT_EQ(outcome.denied[0].example, "app-0");
  EXPECT_GT(outcome.denied[0].first_line, 1U);
  ASSERT_EQ(outcome.allowed.size(), 1U);
  EXPECT_EQ(outcome.allowed[0].user, "carol");
  EXPECT_EQ(outcome.allowed[0].action, "containers.list");
}

TEST_F(ReplayTest, FactsDecideAgain) {
  record("roles: {r: {allow: ['*']}}\nbindings: {r: {users: ['*']}}\n",
         {{"alice", {"create", "--privileged", "alpine"}},
          {"alice", {"create", "-v", "/etc:/x", "alpine"}},
          {"alice", {"create", "alpine"}}});
  const ReplayOutcome outcome = replay(
      "roles: {r: {constraints: [baseline], allow: ['*']}}\nbindings: {r: {users: ['*']}}\n");
  EXPECT_EQ(outcome.same, 1U);
  ASSERT_EQ(outcome.denied.size(), 2U);
  for (const ReplayGroup& group : outcome.denied)
    EXPECT_FALSE(group.rule.empty()) << group.reason;
}

TEST_F(ReplayTest, LinesThatAreNoneAreCounted) {
  record(kOld, {{"alice", {"ps"}}});
  const auto files = list_trail_files(trail());
  ASSERT_TRUE(files && !files->empty());
  auto text = *base::read_file(files->front().path, 1U << 20U);
  text += "not a line\n{\"n\":99}\n";
  ASSERT_TRUE(base::write_file_atomically(files->front().path, text));
  EXPECT_EQ(replay(kOld).unreadable, 2U);
}

TEST_F(ReplayTest, LearnsWhatWasAllowedAndNothingThatWasDenied) {
  record(kOld, week());
  const auto learned = learn_policy(trail(), {}, base::now());
  ASSERT_TRUE(learned) << learned.error().text();
  EXPECT_TRUE(learned->conflicts.empty()) << learned->conflicts.front() << "\n" << learned->text;
  EXPECT_TRUE(learned->missing.empty()) << learned->missing.front() << "\n" << learned->text;
  const ReplayOutcome outcome = replay(learned->text);
  EXPECT_EQ(outcome.same, outcome.decisions) << learned->text;
  EXPECT_TRUE(learned->text.contains("name: [\"app-*\"]")) << learned->text;
  EXPECT_FALSE(learned->text.contains("\"*\"")) << learned->text;
  EXPECT_FALSE(learned->text.contains("carol")) << learned->text;
  EXPECT_TRUE(learned->text.contains("constraints:")) << learned->text;
}

TEST_F(ReplayTest, ABeginningThatADeniedNameHasIsNoPattern) {
  std::vector<std::pair<std::string, Words>> lines;
  for (int i = 0; i < 12; ++i)
    lines.push_back({"bob", {"restart", "app-" + std::to_string(i)}});
  lines.push_back({"bob", {"restart", "app-17"}});
  std::string policy(kOld);
  policy.replace(
      policy.find("- images.pull"),
      13,
      "- images.pull\n    deny:\n      - {actions: [containers.restart], name: [app-17]}");
  record(policy, lines);
  const auto learned = learn_policy(trail(), {}, base::now());
  ASSERT_TRUE(learned) << learned.error().text();
  EXPECT_FALSE(learned->text.contains("app-*")) << learned->text;
  EXPECT_TRUE(learned->text.contains("\"app-11\"")) << learned->text;
  EXPECT_TRUE(learned->conflicts.empty());
}

constexpr std::string_view kTeams = R"(
roles:
  shop: {allow: [containers.list, images.pull, {actions: ["containers.*"], own: true}]}
  night: {allow: [{actions: [containers.restart], name: [web]}]}
  looks: {allow: [containers.list]}
bindings:
  shop: {groups: [shop]}
  night: {users: [nina]}
  looks: {users: [guest]}
)";

/// What is denied in a policy's diagnostics, warnings counted.
std::string complaints(const std::string& text) {
  const auto loaded = AccessPolicy::load_text("learned.yaml", text, {}, base::now());
  std::string all;
  for (const policy::Diagnostic& one : loaded.diagnostics)
    all += one.text() + "\n";
  return all;
}

std::vector<std::pair<std::string, Words>> teamwork() {
  std::vector<std::pair<std::string, Words>> lines;
  for (const char* who : {"sam@shop", "sue@shop", "nina@shop"}) {
    lines.push_back({who, {"ps"}});
    lines.push_back({who, {"pull", "alpine"}});
    lines.push_back({who, {"create", "alpine"}});
  }
  lines.push_back({"nina@shop", {"restart", "web"}});
  lines.push_back({"guest@visitors", {"ps"}});
  lines.push_back({"guest@visitors", {"pull", "alpine"}}); // denied
  return lines;
}

TEST_F(ReplayTest, WhatAGroupDoesInCommonIsOneRoleOfTheGroup) {
  record(kTeams, teamwork());
  const auto learned = learn_policy(trail(), {}, base::now());
  ASSERT_TRUE(learned) << learned.error().text();
  EXPECT_EQ(complaints(learned->text), "") << learned->text;
  EXPECT_TRUE(learned->conflicts.empty()) << learned->conflicts.front() << learned->text;
  EXPECT_TRUE(learned->missing.empty()) << learned->missing.front() << learned->text;
  EXPECT_TRUE(learned->text.contains("groups: [\"shop\"]")) << learned->text;
  // Everybody has the group staff: it says nothing of who pulls. All four list.
  const auto loaded = AccessPolicy::load_text("learned.yaml", learned->text, {}, base::now());
  ASSERT_TRUE(loaded.policy);
  std::size_t pulls = 0;
  for (const Role& role : loaded.policy->roles())
    for (const Entry& entry : role.allow)
      pulls +=
          role.name.starts_with("learned") && std::ranges::count(entry.actions, "images.pull") > 0
              ? 1
              : 0;
  EXPECT_EQ(pulls, 1U) << learned->text;
  EXPECT_TRUE(learned->text.contains("groups: [\"staff\"]")) << learned->text;
  EXPECT_TRUE(learned->text.contains("name: [\"web\"]")) << learned->text;
  EXPECT_TRUE(learned->text.contains("users: [\"nina\"]")) << learned->text;
  EXPECT_TRUE(learned->text.contains("own: true")) << learned->text;
  const ReplayOutcome outcome = replay(learned->text);
  EXPECT_EQ(outcome.same, outcome.decisions) << learned->text;
  // And what that opens is said.
  EXPECT_TRUE(std::ranges::any_of(learned->beyond, [](const std::string& one) {
    return one.contains("whoever else is in the group shop");
  }));
  EXPECT_TRUE(std::ranges::any_of(learned->beyond, [](const std::string& one) {
    return one.contains("own: true") && one.contains("containers.create");
  }));
}

TEST_F(ReplayTest, AGroupWithSomebodyElseInItIsNoSubject) {
  auto lines = teamwork();
  lines.push_back({"ines@shop", {"ps"}}); // of the shop, and never pulled
  record(kTeams, lines);
  const auto learned = learn_policy(trail(), {}, base::now());
  ASSERT_TRUE(learned) << learned.error().text();
  EXPECT_FALSE(learned->text.contains("groups: [\"shop\"]")) << learned->text;
  EXPECT_TRUE(learned->text.contains("users: [\"nina\", \"sam\", \"sue\"]")) << learned->text;
  const ReplayOutcome outcome = replay(learned->text);
  EXPECT_EQ(outcome.same, outcome.decisions) << learned->text;
}

TEST_F(ReplayTest, OwnAndOthersThingsAreToldApart) {
  record(kOld,
         {{"bob", {"create", "alpine"}},
          {"bob", {"restart", "app-1"}},
          {"bob", {"restart", "app-2"}}});
  const auto learned = learn_policy(trail(), {}, base::now());
  ASSERT_TRUE(learned) << learned.error().text();
  EXPECT_TRUE(learned->text.contains("name: [\"app-1\", \"app-2\"]")) << learned->text;
  EXPECT_TRUE(learned->text.contains("containers.create], own: true")) << learned->text;
  EXPECT_FALSE(learned->text.contains("app-*")) << learned->text;
}

TEST_F(ReplayTest, ABeginningThatOthersThingsHaveIsNoPattern) {
  std::vector<std::pair<std::string, Words>> lines;
  for (int i = 0; i < 12; ++i)
    lines.push_back({"bob", {"restart", "app-" + std::to_string(i)}});
  lines.push_back({"alice", {"stop", "app-17"}}); // bob never touched it
  record(kOld, lines);
  const auto learned = learn_policy(trail(), {}, base::now());
  ASSERT_TRUE(learned) << learned.error().text();
  EXPECT_FALSE(learned->text.contains("app-*")) << learned->text;
}

TEST_F(ReplayTest, WhatTheTrailDoesNotTellIsUndecided) {
  record(kOld, {{"alice", {"create", "--label", "password=hunter2", "alpine"}}});
  const ReplayOutcome outcome =
      replay(std::string(kOld) +
             "  - {name: l, on: request, deny: 'request.body.Labels.password = x', message: m}\n");
  ASSERT_EQ(outcome.undecided, 1U);
  EXPECT_EQ(outcome.same + outcome.undecided, outcome.decisions);
  EXPECT_EQ(outcome.open.front().reason, "needs request.body.Labels.password (redacted)");
}

TEST_F(ReplayTest, NothingAllowedIsNothingLearned) {
  record(kOld, {{"mallory", {"ps"}}});
  EXPECT_FALSE(learn_policy(trail(), {}, base::now()));
  EXPECT_FALSE(learn_policy(folder_.path() / "absent", {}, base::now()));
}

} // namespace

} // namespace portique::access
