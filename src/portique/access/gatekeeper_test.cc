#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/gatekeeper.h"
#include "portique/access/gatekeeper_test_support.h"
#include "portique/access/roles/access_test_support.h"
#include "portique/base/file.h"

namespace portique::access {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kId = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// An engine with one container, of bob's.
class FakeView final : public EngineView {
public:
  base::Result<std::optional<ContainerFacts>> container(std::string_view reference) override {
    if (delay_.load() > 0ms) std::this_thread::sleep_for(delay_.load());
    if (broken_) return base::fail(base::Code::Network, "connection refused");
    if (reference != "web" && reference != kId) return std::nullopt;
    ContainerFacts facts;
    facts.id = kId;
    facts.name = "web";
    facts.image = "nginx";
    facts.running = true;
    return facts;
  }

  base::Result<std::optional<ImageFacts>> image(std::string_view reference) override {
    if (reference != "nginx") return std::nullopt;
    ImageFacts facts;
    facts.id = "sha256:" + std::string(64, '1');
    facts.tags = {"nginx:latest"};
    return facts;
  }

  base::Result<std::optional<VolumeFacts>> volume(std::string_view name) override {
    if (meanwhile_) meanwhile_();
    if (name != "old") return std::nullopt;
    VolumeFacts facts;
    facts.name = "old";
    return facts;
  }

  base::Result<std::optional<NetworkFacts>> network(std::string_view) override {
    return std::nullopt;
  }

  base::Result<std::optional<std::string>> exec_container(std::string_view id) override {
    if (id != "e1") return std::nullopt;
    return std::string(kId);
  }

  std::atomic<std::chrono::milliseconds> delay_{0ms};
  std::atomic<bool> broken_ = false;
  std::function<void()> meanwhile_; ///< done while the engine is asked for a volume
};

/// Enough of the facts for these tests; those of the engine are docker/'s.
base::Result<WorkloadFacts> test_facts(const EngineCall& call, EngineView& /*view*/) {
  WorkloadFacts facts;
  if (const auto* image = call.body.if_contains("Image"); image != nullptr && image->is_string())
    facts.images.emplace_back(image->get_string());
  if (const auto* words = call.body.if_contains("Cmd"); words != nullptr && words->is_array())
    for (const auto& word : words->get_array())
      facts.command.emplace_back(word.get_string());
  if (const auto* host = call.body.if_contains("HostConfig");
      host != nullptr && host->is_object()) {
    const auto* privileged = host->get_object().if_contains("Privileged");
    facts.privileged = privileged != nullptr && privileged->is_bool() && privileged->get_bool();
    if (const auto* binds = host->get_object().if_contains("Binds"))
      for (const auto& bind : binds->get_array())
        facts.volumes.emplace_back(std::string_view(bind.get_string()).substr(0, 3));
  }
  return facts;
}

class GatekeeperTest : public testing::Test {
protected:
  GatekeeperTest() { owners_.record(ResourceKind::Container, kId, "bob").value(); }

  std::unique_ptr<Gatekeeper> make(std::string policy) {
    GatekeeperOptions options;
    options.grants_folder = folder_.path() / "grants";
    options.state_folder = folder_.path() / "state";
    options.clock = [this] { return now_.load(); };
    auto made = std::make_unique<Gatekeeper>(
        GatekeeperParts{&view_, &trail_, &owners_, nullptr, test_facts}, std::move(options));
    if (!policy.empty()) {
      const auto taken = made->offer({"access.yaml", std::move(policy), ""});
      EXPECT_TRUE(taken) << taken.error().text();
    }
    return made;
  }

  static Ruling ask(Gatekeeper& keeper, std::string_view who, const EngineRequest& what) {
    return keeper.judge(Gate::Guard, what, test_caller(who));
  }

  base::TempDir folder_ = *base::TempDir::create("portique-gatekeeper");
  std::atomic<base::Time> now_{kTestTime};
  FakeView view_;
  FakeTrail trail_;
  FakeOwners owners_;
};

constexpr const char* kUsual =
    "bindings: {developer: {users: [alice, bob]}, operator: {users: [op]}}\n"
    "defaults: {deadline: 5s}\n";
constexpr const char* kHurried = "bindings: {developer: {users: [alice, bob]}}\n"
                                 "defaults: {deadline: 1s}\n";

TEST_F(GatekeeperTest, DeniesEverythingWithoutPolicy) {
  const auto keeper = make("");
  const Ruling ruling = ask(*keeper, "alice", request("GET", "/v1.41/version"));
  EXPECT_FALSE(ruling.decision.allow);
  EXPECT_THAT(ruling.decision.reason, HasSubstr("no policy has been loaded"));
  EXPECT_EQ(ruling.entry, 1U);
}

TEST_F(GatekeeperTest, DecidesByOwnerAndWritesDownFirst) {
  const auto keeper = make(kUsual);
  const Ruling bob = ask(*keeper, "bob", request("POST", "/v1.41/containers/web/stop"));
  EXPECT_TRUE(bob.decision.allow) << bob.decision.reason;
  EXPECT_EQ(bob.action, "containers.stop");
  EXPECT_EQ(bob.resource, "web");
  const Ruling alice = ask(*keeper, "alice", request("POST", "/v1.41/containers/web/stop"));
  EXPECT_FALSE(alice.decision.allow);
  EXPECT_THAT(alice.decision.reason, HasSubstr("containers.stop on web, which bob created"));
  EXPECT_GT(alice.entry, bob.entry);
  const auto events = trail_.events();
  ASSERT_EQ(events.size(), 3U); // the policy's own among them
  EXPECT_EQ(events[0].action, "policy.load");
  EXPECT_EQ(events[1].caller.user, "bob");
  EXPECT_EQ(events[1].gate, "guard");
  EXPECT_EQ(events[1].resource, "web");
  EXPECT_EQ(events[1].resource_kind, "container");
  EXPECT_THAT(events[1].request_digest, testing::StartsWith("sha256:"));
  EXPECT_FALSE(events[2].decision.allow);
  EXPECT_EQ(events[2].decision.policy, keeper->policy()->version());
}

TEST_F(GatekeeperTest, RequestsWithoutMeaningAreDenied) {
  const auto keeper = make("bindings: {admin: {users: [root]}}\n");
  for (const char* target :
       {"/v1.41/nothing/here", "/v1.23/containers/web/start", "/v1.99/info", "/v1.41//info", "x"}) {
    const Ruling ruling = ask(*keeper, "root", request("POST", target));
    EXPECT_FALSE(ruling.decision.allow) << target;
    EXPECT_EQ(ruling.action, "") << target;
  }
  EXPECT_EQ(trail_.events().back().action, "unknown");
  EngineRequest unseen = request("POST", "/v1.41/containers/create");
  unseen.body_state = BodyState::Unseen;
  EXPECT_FALSE(ask(*keeper, "root", unseen).decision.allow);
}

TEST_F(GatekeeperTest, LetsFurtherVersionsThroughIfThePolicySaysSo) {
  const auto keeper = make("bindings: {admin: {users: [root]}}\napi_versions: {extra: ['1.99']}\n");
  EXPECT_TRUE(ask(*keeper, "root", request("GET", "/v1.99/info")).decision.allow);
  EXPECT_FALSE(ask(*keeper, "root", request("GET", "/v1.98/info")).decision.allow);
}

TEST_F(GatekeeperTest, DeniesWhatTheEngineOrTheTrailCannotTell) {
  const auto keeper = make(kUsual);
  view_.broken_ = true;
  const Ruling blind = ask(*keeper, "bob", request("POST", "/v1.41/containers/web/stop"));
  EXPECT_FALSE(blind.decision.allow);
  EXPECT_THAT(blind.decision.reason, HasSubstr("the engine cannot be asked"));
  view_.broken_ = false;
  trail_.full_ = true;
  const Ruling unwritten = ask(*keeper, "bob", request("POST", "/v1.41/containers/web/stop"));
  EXPECT_FALSE(unwritten.decision.allow);
  EXPECT_THAT(unwritten.decision.reason, HasSubstr("cannot be written into the trail"));
  EXPECT_EQ(keeper->status().unwritten, 1U);
  trail_.full_ = false;
  EXPECT_TRUE(ask(*keeper, "bob", request("POST", "/v1.41/containers/web/stop")).decision.allow);
}

TEST_F(GatekeeperTest, DeniesWhatIsDecidedTooLate) {
  const auto keeper = make(kHurried);
  EXPECT_EQ(keeper->deadline(), 1000ms);
  view_.delay_ = 1200ms;
  const Ruling late = ask(*keeper, "bob", request("POST", "/v1.41/containers/web/stop"));
  EXPECT_FALSE(late.decision.allow);
  EXPECT_THAT(late.decision.reason, HasSubstr("took too long"));
  EXPECT_EQ(keeper->status().late, 1U);
  EXPECT_FALSE(trail_.events().back().decision.allow);
}

TEST_F(GatekeeperTest, DeniesWhatIsWrittenDownTooLate) {
  const auto keeper = make(kHurried);
  trail_.delay_ = 1200ms;
  const Ruling late = ask(*keeper, "bob", request("POST", "/v1.41/containers/web/stop"));
  EXPECT_FALSE(late.decision.allow);
  const auto events = trail_.events();
  ASSERT_GE(events.size(), 2U);
  EXPECT_TRUE(events[events.size() - 2].decision.allow);
  EXPECT_FALSE(events.back().decision.allow);
  EXPECT_THAT(events.back().decision.reason, HasSubstr("came too late"));
}

TEST_F(GatekeeperTest, WritesDownWhoCreatedWhat) {
  const auto keeper = make(kUsual);
  const Identity alice = test_caller("alice");
  const std::string created = std::string("{\"Id\":\"") + std::string(64, 'a') + "\"}";
  const Ruling made = ask(*keeper,
                          "alice",
                          request("POST",
                                  "/v1.41/containers/create?name=mine",
                                  R"({"Image":"nginx","HostConfig":{"Binds":["new:/data"]}})"));
  ASSERT_TRUE(made.decision.allow) << made.decision.reason;
  EXPECT_TRUE(made.wants_answer);
  keeper->completed(made, alice, 409, created);
  EXPECT_EQ(*owners_.owner(ResourceKind::Container, std::string(64, 'a')), "");
  keeper->completed(made, alice, 201, created);
  EXPECT_EQ(*owners_.owner(ResourceKind::Container, std::string(64, 'a')), "alice");
  EXPECT_EQ(*owners_.owner(ResourceKind::Volume, "new"), "alice");
  // A volume that is there already is not had by asking for it.
  const Ruling old =
      ask(*keeper, "op", request("POST", "/v1.41/volumes/create", R"({"Name":"old"})"));
  ASSERT_TRUE(old.decision.allow) << old.decision.reason;
  keeper->completed(old, test_caller("op"), 201, R"({"Name":"old"})");
  EXPECT_EQ(*owners_.owner(ResourceKind::Volume, "old"), "");
  const Ruling stolen =
      ask(*keeper, "alice", request("POST", "/v1.41/volumes/create", R"({"Name":"old"})"));
  EXPECT_FALSE(stolen.decision.allow);
  // The exec instance that the operator prepared in bob's container is not bob's.
  const Ruling exec =
      ask(*keeper, "op", request("POST", "/v1.41/containers/web/exec", R"({"Cmd":["id"]})"));
  ASSERT_TRUE(exec.decision.allow) << exec.decision.reason;
  keeper->completed(exec, test_caller("op"), 201, R"({"Id":"e1"})");
  EXPECT_FALSE(ask(*keeper, "bob", request("POST", "/v1.41/exec/e1/start", "{}")).decision.allow);
  EXPECT_TRUE(ask(*keeper, "op", request("POST", "/v1.41/exec/e1/start", "{}")).decision.allow);
  // Gone is gone.
  const Ruling gone = ask(*keeper, "bob", request("DELETE", "/v1.41/containers/web"));
  ASSERT_TRUE(gone.decision.allow);
  keeper->completed(gone, test_caller("bob"), 204, "");
  EXPECT_EQ(*owners_.owner(ResourceKind::Container, kId), "");
}

TEST_F(GatekeeperTest, AVolumeMadeWhileItIsAskedForKeepsItsOwner) {
  const auto keeper = make(kUsual);
  const EngineRequest create = request("POST", "/v1.41/volumes/create", R"({"Name":"new"})");
  // Alice's came to be between the engine's answer and what bob's decision makes of it.
  view_.meanwhile_ = [this] { owners_.record(ResourceKind::Volume, "new", "alice").value(); };
  const Ruling raced = ask(*keeper, "bob", create);
  keeper->completed(raced, test_caller("bob"), 201, R"({"Name":"new"})");
  EXPECT_EQ(*owners_.owner(ResourceKind::Volume, "new"), "alice");
  // One that was gone before anybody asked is nobody's any more.
  view_.meanwhile_ = nullptr;
  const Ruling anew = ask(*keeper, "bob", create);
  ASSERT_TRUE(anew.decision.allow) << anew.decision.reason;
  keeper->completed(anew, test_caller("bob"), 201, R"({"Name":"new"})");
  EXPECT_EQ(*owners_.owner(ResourceKind::Volume, "new"), "bob");
}

TEST_F(GatekeeperTest, KeepsSecretsOutOfTheTrail) {
  const auto keeper = make(kUsual);
  ask(*keeper,
      "bob",
      request("POST",
              "/v1.41/containers/web/exec",
              R"({"Cmd":["mysql","-phunter2"],"Env":["DB_PASSWORD=hunter3"]})"));
  const AuditEvent event = trail_.events().back();
  EXPECT_EQ(event.command, "mysql -p***");
  EXPECT_THAT(event.target + event.resource + event.decision.reason, Not(HasSubstr("hunter")));
}

TEST_F(GatekeeperTest, TheLastGoodPolicyServesOn) {
  const auto keeper = make(kUsual);
  const std::string version = keeper->policy()->version();
  const auto refused = keeper->offer({"access.yaml", "bindings: {develper: {}}\n", ""});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text(), HasSubstr("access.yaml:1:12: error: there is no role"));
  EXPECT_EQ(keeper->policy()->version(), version);
  EXPECT_THAT(keeper->status().problem, HasSubstr("did you mean developer?"));
  EXPECT_EQ(trail_.events().back().action, "policy.load");
  EXPECT_FALSE(trail_.events().back().decision.allow);
  EXPECT_TRUE(ask(*keeper, "bob", request("POST", "/v1.41/containers/web/stop")).decision.allow);
  // A policy that the trail does not know does not serve either.
  trail_.full_ = true;
  EXPECT_FALSE(keeper->offer({"access.yaml", "version: 1\n", ""}));
  trail_.full_ = false;
  EXPECT_EQ(keeper->policy()->version(), version);
  ASSERT_TRUE(keeper->offer({"access.yaml", "version: 1\n", ""}));
  EXPECT_EQ(keeper->status().problem, "");
  EXPECT_FALSE(ask(*keeper, "bob", request("POST", "/v1.41/containers/web/stop")).decision.allow);
}

TEST_F(GatekeeperTest, APolicyThatNobodyApprovedDoesNotServe) {
  const std::string guarded =
      "author: ann\napprovals:\n  people:\n    ann: |\n      -----BEGIN PUBLIC KEY-----\n      "
      "MCowBQYDK2VwAyEAW3+j3PYfItsrrufo0vYtJ9ZOOwFEArTrxMif6CA8hbc=\n      -----END PUBLIC "
      "KEY-----\n"
      "    bob: |\n      -----BEGIN PUBLIC KEY-----\n      "
      "MCowBQYDK2VwAyEAFmSGxSCsAiW5/qT9Ig0wz7s4StcS+x7QLtGjLfp9MuU=\n      -----END PUBLIC "
      "KEY-----\n";
  // The very first one is held against its own people.
  EXPECT_THAT(make("")->offer({"access.yaml", guarded, ""}).error().text(),
              HasSubstr("'ann' has not signed it"));
  const auto keeper = make(kUsual);
  // The one that serves asks for no approval, so this one may come; from then on it is asked.
  const auto taken = keeper->offer({"access.yaml", guarded, ""});
  EXPECT_TRUE(taken) << taken.error().text();
  EXPECT_THAT(keeper->offer({"access.yaml", kUsual, ""}).error().text(),
              HasSubstr("'ann' has not signed it"));
  EXPECT_THAT(keeper->policy()->bindings(), IsEmpty());
  // A restart does not forget it.
  const auto restarted = make("");
  EXPECT_FALSE(restarted->offer({"access.yaml", kUsual, ""}));
  EXPECT_TRUE(restarted->offer({"access.yaml", guarded, ""}));
  EXPECT_FALSE(restarted->offer({"access.yaml", kUsual, ""}));
}

TEST_F(GatekeeperTest, BreakGlassStandsInTheTrailAndEnds) {
  const auto keeper = make("bindings: {operator: {users: [olga]}}\n"
                           "break_glass: {admin: {users: [olga], longest: 1h}}\n");
  const auto install = request("POST", "/v1.41/plugins/p/enable");
  EXPECT_FALSE(ask(*keeper, "olga", install).decision.allow);
  const Identity olga = test_caller("olga");
  const RequestView view{.caller = &olga, .now = kTestTime};
  ASSERT_TRUE(take_break_glass(
      *keeper->policy(), view, folder_.path() / "grants", "admin", "disk full", 30min));
  now_ = kTestTime + 5s;
  const Ruling during = ask(*keeper, "olga", install);
  EXPECT_TRUE(during.decision.allow) << during.decision.reason;
  EXPECT_TRUE(during.decision.break_glass);
  now_ = kTestTime + 31min;
  EXPECT_FALSE(ask(*keeper, "olga", install).decision.allow);
  std::vector<std::string> actions;
  for (const AuditEvent& event : trail_.events())
    actions.push_back(event.action);
  EXPECT_THAT(actions,
              ElementsAre("policy.load",
                          "plugins.enable",
                          "break_glass.take",
                          "plugins.enable",
                          "break_glass.end",
                          "plugins.enable"));
  EXPECT_THAT(trail_.events()[2].decision.reason, HasSubstr("disk full"));
}

TEST_F(GatekeeperTest, JudgesWhatStreamsAskFor) {
  const auto keeper = make(kUsual);
  WorkloadFacts facts;
  facts.images = {"docker.io/library/alpine:3"};
  const auto judge = [&] {
    return keeper->judge_stream(
        Gate::Guard, request("POST", "/grpc"), "images.build", facts, test_caller("alice"));
  };
  EXPECT_TRUE(judge().decision.allow) << judge().decision.reason;
  facts.entitlements = {"security.insecure"};
  EXPECT_EQ(judge().decision.rule, "build-entitlements");
  EXPECT_EQ(judge().action, "images.build");
}

TEST_F(GatekeeperTest, KnowsWhatMayBeAQuestionToTheEngine) {
  const auto keeper = make(kUsual);
  for (const char* target :
       {"/v1.41/images/get?names=a&names=b", "/v1.41/images/a/get", "/v1.41/containers/web/json"})
    EXPECT_TRUE(keeper->may_ask_engine(request("GET", target))) << target;
  for (const char* target : {"/_ping", "/v1.41/containers/json?all=1", "/v1.41/unknown"})
    EXPECT_FALSE(keeper->may_ask_engine(request("GET", target))) << target;
}

TEST_F(GatekeeperTest, WantsBodiesThatItReads) {
  const auto keeper = make(kUsual);
  EXPECT_TRUE(keeper->wants_body(request("POST", "/v1.41/containers/create")));
  EXPECT_TRUE(keeper->wants_body(request("POST", "/v1.41/swarm/init")));
  EXPECT_FALSE(keeper->wants_body(request("PUT", "/v1.41/containers/web/archive?path=/")));
  EXPECT_FALSE(keeper->wants_body(request("POST", "/v1.41/images/load")));
}

/// Run with thread sanitizer: eight threads ask while policies change, good and broken ones.
TEST_F(GatekeeperTest, PoliciesChangeUnderLoadWithoutAGap) {
  const auto keeper = make(kUsual);
  std::atomic<bool> stop = false;
  std::atomic<int> asked = 0;
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      while (!stop) {
        // Every version lets bob and not alice.
        const bool is_bob = i % 2 == 0;
        const Ruling ruling =
            ask(*keeper, is_bob ? "bob" : "alice", request("POST", "/v1.41/containers/web/stop"));
        if (ruling.decision.allow != is_bob) ++wrong;
        ++asked;
      }
    });
  for (int i = 0; i < 40; ++i) {
    const std::string text = std::string(kUsual) + "# " + std::to_string(i) + "\n";
    EXPECT_TRUE(keeper->offer({"access.yaml", text, ""}));
    EXPECT_FALSE(keeper->offer({"access.yaml", text + "x: 1\n", ""}));
  }
  stop = true;
  threads.clear();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(asked, 100);
}

} // namespace
} // namespace portique::access
