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
  made.user = user;
  made.groups = {"dev"};
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
      engine.set_new_container("", "alpine", user);
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

TEST_F(ReplayTest, NothingAllowedIsNothingLearned) {
  record(kOld, {{"mallory", {"ps"}}});
  EXPECT_FALSE(learn_policy(trail(), {}, base::now()));
  EXPECT_FALSE(learn_policy(folder_.path() / "absent", {}, base::now()));
}

} // namespace

} // namespace portique::access
