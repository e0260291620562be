#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/replay/replay_test_support.h"
#include "portique/access/roles/access_test_support.h"
#include "portique/access/roles/decide.h"

namespace portique::access {
namespace {

using testing::HasSubstr;

/// The policy that the table is about.
constexpr const char* kPolicy = R"(
version: 1
name: house
mounts: [/srv/data, "/etc/ssl/certs:ro", "/home/{user}"]
roles:
  web-team:
    description: Runs what is called web-*.
    allow:
      - {actions: ["containers.*"], name: "web-*"}
      - {actions: [containers.create], image: "ghcr.io/shop/*", network: "front"}
      - {actions: [containers.logs], label: "team=shop"}
      - {actions: [containers.restart], owner: [alice, bob]}
      - {actions: ["pods.*"], namespace: "shop-*"}
    deny:
      - {actions: [containers.exec], label: tier=database}
      - {actions: [containers.create], image: "*:latest"}
      - {actions: [containers.remove], own: false}
  hardened:
    include: [developer]
    constraints: [strict]
bindings:
  viewer: {users: [vera]}
  developer: {users: [alice, bob], groups: [dev]}
  operator: {users: ["op-*"]}
  auditor: {users: [aud]}
  admin: {certificates: [{cn: root-admin, o: ops}], uids: [0]}
  web-team: {groups: [web]}
  hardened: {users: [carl]}
rules:
  - name: frozen
    on: request
    deny: request.changes = true and request.resource.labels[frozen] = "true"
    message: "{request.resource} is frozen"
    except:
      - {when: user.name = alice, who: boss, why: she froze it, until: 2099-01-01}
  - name: watched
    on: request
    warn: request.action = containers.exec
    message: "{user.name} enters {request.resource}"
)";

struct Act {
  std::string action;
  Resource resource;
  std::vector<Resource> joined;
  WorkloadFacts workload;
  bool has_workload = false;
  bool creates = false;
  bool changes = true;
  std::string name_space;
};

using Change = std::function<void(Act&)>;

struct Row {
  const char* who;
  const char* action;
  Change change;
  bool allow;
  const char* reason; ///< part of it
};

Change nothing() {
  return [](Act&) {};
}

/// A new container.
Change fresh(std::function<void(WorkloadFacts&)> facts = [](WorkloadFacts&) {}) {
  return [facts](Act& act) {
    act.resource = {.kind = "container", .names = {"new"}};
    act.creates = true;
    act.has_workload = true;
    act.workload.images = {"nginx:1.27"};
    facts(act.workload);
  };
}

Change named(std::string name) {
  return [name](Act& act) { act.resource.names.front() = name; };
}

Change owned_by(std::string owner) {
  return [owner](Act& act) { act.resource.owner = owner; };
}

Change labelled(std::string name, std::string value) {
  return [name, value](Act& act) { act.resource.labels[name] = value; };
}

Change joining(Resource joined) {
  return [joined](Act& act) {
    fresh()(act);
    act.joined = {joined};
  };
}

Change look() {
  return [](Act& act) { act.changes = false; };
}

Change about(std::string kind, std::string owner = "") {
  return [kind, owner](Act& act) {
    act.resource.kind = kind;
    act.resource.owner = owner;
  };
}

Change running_command(std::function<void(WorkloadFacts&)> facts, std::string owner = "alice") {
  return [facts, owner](Act& act) {
    act.resource.owner = owner;
    act.has_workload = true;
    facts(act.workload);
  };
}

void expect_rows(const AccessPolicy& policy, const std::vector<Row>& rows) {
  int number = 0;
  for (const Row& row : rows) {
    Act act;
    act.action = row.action;
    act.resource = test_container("web", "bob");
    row.change(act);
    const Identity caller = test_caller(row.who);
    const RequestView view{.gate = "guard",
                           .caller = &caller,
                           .action = act.action,
                           .changes = act.changes,
                           .creates = act.creates,
                           .resource = &act.resource,
                           .joined = act.joined,
                           .workload = act.has_workload ? &act.workload : nullptr,
                           .name_space = act.name_space,
                           .now = kTestTime};
    const Decision decision = decide(policy, view);
    const std::string what =
        "row " + std::to_string(number++) + ": " + row.who + " " + row.action + ": ";
    EXPECT_EQ(decision.allow, row.allow) << what << decision.reason;
    // Out of the trail it is the same; namespaces are Kubernetes', whose trail is not judged again.
    if (act.name_space.empty()) {
      const Decision again = decided_again(policy, view);
      EXPECT_EQ(again.allow, decision.allow) << what << again.reason;
      EXPECT_EQ(again.reason, decision.reason) << what;
      EXPECT_TRUE(again.needs.empty()) << what << again.reason;
    }
    EXPECT_THAT(decision.reason, HasSubstr(row.reason)) << what;
    EXPECT_EQ(decision.policy, policy.version()) << what;
    EXPECT_EQ(decision.role.empty(), decision.missing || decision.reason.starts_with("no role"))
        << what;
    EXPECT_EQ(decision.missing, decision.reason.starts_with("No such")) << what;
  }
}

class DecideTable : public testing::Test {
protected:
  void expect(const std::vector<Row>& rows) { expect_rows(*policy_, rows); }

  std::shared_ptr<const AccessPolicy> policy_ = loaded_policy(kPolicy);
};

TEST_F(DecideTable, WithoutRoleNothingIsAllowed) {
  expect({
      {"mallory", "system.ping", look(), false, "no role is bound to mallory"},
      {"mallory", "containers.create", fresh(), false, "ask whoever keeps the policy 'house'"},
      {"nobody", "system.ping", look(), false, "the engine's own socket"},
      {"uid:1000", "containers.list", look(), false, "no role is bound to user1000"},
      {"container:3ad7b26ded6d",
       "system.ping",
       look(),
       false,
       "a process in container 3ad7b26ded6d"},
      {"root-admin", "system.ping", look(), false, "no role is bound to root-admin"},
      {"root-admin@dev2", "system.ping", look(), false, "no role"},
      {"Alice", "system.ping", look(), false, "no role"},
      {"alice2", "system.ping", look(), false, "no role"},
      {"xop-1", "system.ping", look(), false, "no role"},
  });
}

TEST_F(DecideTable, ViewersSeeAndReadNoSecrets) {
  expect({
      {"vera", "system.ping", look(), true, "viewer"},
      {"vera", "system.version", look(), true, "viewer"},
      {"vera", "containers.list", look(), true, "viewer"},
      {"vera", "containers.stats", look(), true, "viewer"},
      {"vera", "images.list", look(), true, "viewer"},
      {"vera", "networks.inspect", look(), true, "viewer"},
      {"vera", "containers.inspect", look(), false, "no role of vera (viewer) allows"},
      {"vera", "containers.logs", look(), false, "containers.logs on web, which bob created"},
      {"vera", "containers.top", look(), false, ""},
      {"vera", "containers.export", look(), false, ""},
      {"vera", "containers.archive_get", look(), false, ""},
      {"vera", "containers.attach", nothing(), false, ""},
      {"vera", "system.events", look(), false, ""},
      {"vera", "system.disk_usage", look(), false, ""},
      {"vera", "volumes.list", look(), false, ""},
      {"vera", "services.list", look(), false, ""},
      {"vera", "tasks.list", look(), false, ""},
      {"vera", "configs.inspect", look(), false, ""},
      {"vera", "swarm.inspect", look(), false, ""},
      {"vera", "exec.inspect", look(), false, ""},
      {"vera", "containers.create", fresh(), false, ""},
      {"vera", "containers.stop", nothing(), false, ""},
      {"vera", "trail.search", look(), false, ""},
  });
}

TEST_F(DecideTable, DevelopersHaveTheirOwnContainersOnly) {
  expect({
      {"alice", "containers.create", fresh(), true, "developer"},
      {"bob", "containers.stop", nothing(), true, "developer"},
      {"alice", "containers.stop", nothing(), false, "on web, which bob created"},
      {"alice", "containers.inspect", look(), false, "which bob created"},
      {"bob", "containers.inspect", look(), true, ""},
      {"bob", "containers.logs", look(), true, ""},
      {"bob", "containers.exec", nothing(), true, ""},
      {"alice", "containers.exec", nothing(), false, ""},
      {"alice", "exec.start", about("exec", "bob"), false, ""},
      {"alice", "exec.start", about("exec", "alice"), true, ""},
      {"alice", "containers.remove", owned_by(""), false, ""},
      {"alice", "containers.remove", owned_by("alice"), true, ""},
      {"zoe@dev", "containers.create", fresh(), true, "developer"},
      {"zoe@dev", "containers.remove", owned_by("zoe"), true, ""},
      {"zoe@dev", "containers.remove", owned_by("alice"), false, "which alice created"},
      {"alice", "containers.prune", nothing(), false, "role developer denies"},
      {"alice", "system.events", look(), true, ""},
      {"alice", "volumes.remove", about("volume", "alice"), true, ""},
      {"alice", "volumes.remove", about("volume", "bob"), false, ""},
      {"alice", "volumes.prune", about("volume"), false, "denies"},
      {"alice", "networks.remove", about("network", ""), false, ""},
      {"alice", "images.pull", about("image"), true, ""},
      {"alice", "images.remove", about("image", "bob"), false, ""},
      {"alice", "images.build", about("build"), true, ""},
      {"alice", "plugins.install", about("plugin"), false, ""},
      {"alice", "swarm.init", about("swarm"), false, ""},
      {"alice", "secrets.create", about("secret"), false, ""},
      {"alice", "services.create", about("service"), false, ""},
      {"alice", "policy.approve", about("policy"), false, ""},
  });
}

TEST_F(DecideTable, BaselineKeepsContainersInside) {
  expect({
      {"alice",
       "containers.create",
       fresh([](auto& w) { w.privileged = true; }),
       false,
       "leave out --privileged (rule privileged of baseline, which holds for role developer)"},
      {"op-1",
       "containers.create",
       fresh([](auto& w) { w.privileged = true; }),
       false,
       "role operator"},
      {"uid:0",
       "containers.create",
       fresh([](auto& w) { w.privileged = true; }),
       true,
       "role admin"},
      {"alice",
       "containers.create",
       fresh([](auto& w) { w.capabilities = {"SYS_ADMIN"}; }),
       false,
       "SYS_ADMIN leads out"},
      {"alice",
       "containers.create",
       fresh([](auto& w) { w.capabilities = {"NET_RAW", "BPF"}; }),
       false,
       "--cap-add"},
      {"alice",
       "containers.create",
       fresh([](auto& w) { w.capabilities = {"NET_RAW", "CHOWN"}; }),
       true,
       ""},
      {"alice",
       "containers.create",
       fresh([](auto& w) { w.host_namespaces = {"pid"}; }),
       false,
       "the host's pid"},
      {"alice",
       "containers.create",
       fresh([](auto& w) { w.host_namespaces = {"network"}; }),
       false,
       "host-namespaces"},
      {"alice",
       "containers.create",
       fresh([](auto& w) { w.host_paths = {"/"}; }),
       false,
       "mount / of the host"},
      {"alice",
       "containers.create",
       fresh([](auto& w) {
         w.host_paths = {"/srv/data/x"};
         w.writable_host_paths = w.host_paths;
       }),
       true,
       ""},
      {"alice",
       "containers.create",
       fresh([](auto& w) { w.host_paths = {"/srv/database"}; }),
       false,
       "/srv/database"},
      {"alice",
       "containers.create",
       fresh([](auto& w) { w.host_paths = {"/srv/data", "/etc"}; }),
       false,
       "mount /etc of"},
      {"alice",
       "containers.create",
       fresh([](auto& w) { w.host_paths = {"/etc/ssl/certs"}; }),
       true,
       ""},
      {"alice",
       "containers.create",
       fresh([](auto& w) {
         w.host_paths = {"/etc/ssl/certs"};
         w.writable_host_paths = w.host_paths;
       }),
       false,
       "/etc/ssl/certs"},
      {"alice",
       "containers.create",
       fresh([](auto& w) { w.host_paths = {"/home/alice/src"}; }),
       true,
       ""},
      {"alice",
       "containers.create",
       fresh([](auto& w) { w.host_paths = {"/home/bob"}; }),
       false,
       "/home/bob"},
      {"alice",
       "containers.create",
       fresh([](auto& w) { w.engine_socket = true; }),
       false,
       "the engine's socket"},
      {"alice",
       "containers.create",
       fresh([](auto& w) { w.devices = {"/dev/sda"}; }),
       false,
       "/dev/sda"},
      {"alice",
       "containers.create",
       fresh([](auto& w) { w.device_rules = {"a *:* rwm"}; }),
       false,
       "devices of the host"},
      {"alice",
       "containers.create",
       fresh([](auto& w) { w.unconfined = {"seccomp"}; }),
       false,
       "without seccomp"},
      {"alice",
       "containers.create",
       fresh([](auto& w) { w.unconfined = {"apparmor"}; }),
       false,
       "unconfined-profile"},
      {"alice",
       "containers.create",
       fresh([](auto& w) { w.runtime = "none"; }),
       false,
       "runtime none"},
      {"alice", "containers.create", fresh([](auto& w) { w.runtime = "runc"; }), true, ""},
      {"alice",
       "containers.create",
       fresh([](auto& w) { w.sysctls = {{"kernel.msgmax", "1"}}; }),
       false,
       "kernel.msgmax"},
      {"alice",
       "containers.create",
       fresh([](auto& w) {
         w.root = true;
         w.restart = "always";
       }),
       true,
       ""},
      {"alice",
       "containers.exec",
       running_command([](auto& w) { w.privileged = true; }),
       false,
       "exec-privileged"},
      {"alice", "containers.exec", running_command([](auto& w) { w.root = true; }), true, ""},
      {"op-1",
       "containers.exec",
       [](Act& act) { act.resource.privileged = true; },
       false,
       "whoever enters it is root"},
      {"op-1", "containers.stop", [](Act& act) { act.resource.privileged = true; }, true, ""},
      {"alice",
       "images.build",
       [](Act& act) {
         act.has_workload = true;
         act.workload.entitlements = {"security.insecure"};
       },
       false,
       "build asks for security.insecure"},
      {"op-1", "plugins.install", about("plugin"), false, "no role"},
      {"op-1", "swarm.join", about("swarm"), false, "no role"},
      {"op-1", "debug.profile", look(), false, "no role"},
      {"root-admin@ops", "plugins.install", about("plugin"), true, ""},
      {"root-admin@ops", "swarm.init", about("swarm"), true, ""},
  });
}

TEST_F(DecideTable, WhatIsNotThereIsSaidToBeMissingToWhomeverItCouldBelong) {
  const Change gone = [](Act& act) { act.resource = {.kind = "container", .names = {"gone"}}; };
  expect({
      {"alice", "containers.inspect", gone, false, "No such container: gone"},
      {"alice", "containers.remove", gone, false, "No such container: gone"},
      {"alice", "plugins.remove", gone, false, "no role"},
      {"vera", "containers.inspect", gone, false, "no role"},
      {"alice", "containers.inspect", owned_by("bob"), false, "no role"},
  });
}

TEST_F(DecideTable, NobodyJoinsWhatIsNotTheirs) {
  const Resource volume{.kind = "volume", .names = {"data"}, .exists = true, .owner = "bob"};
  const Resource new_volume{.kind = "volume", .names = {"data"}};
  const Resource old_volume{.kind = "volume", .names = {"data"}, .exists = true};
  const Resource bridge{.kind = "network", .names = {"bridge"}, .exists = true};
  const Resource network{.kind = "network", .names = {"n"}, .exists = true, .owner = "bob"};
  const Resource unknown{.kind = "container", .names = {"gone"}};
  const Resource image{.kind = "image", .names = {"app:1"}, .exists = true, .owner = "bob"};
  expect({
      {"alice",
       "containers.create",
       joining(test_container("db", "bob")),
       false,
       "db was not created by alice"},
      {"alice", "containers.create", joining(test_container("db", "alice")), true, ""},
      {"alice", "containers.create", joining(test_container("db", "")), false, "others-resources"},
      {"alice", "containers.create", joining(unknown), false, "gone"},
      {"alice", "containers.create", joining(volume), false, "data"},
      {"alice", "containers.create", joining(old_volume), false, "data"},
      {"alice", "containers.create", joining(new_volume), true, ""},
      {"bob", "containers.create", joining(volume), true, ""},
      {"alice", "containers.create", joining(network), false, "n was"},
      {"alice", "containers.create", joining(bridge), true, ""},
      {"op-1", "containers.create", joining(test_container("db", "bob")), true, "operator"},
      {"alice", "images.build", joining(image), false, "app:1"},
  });
}

TEST_F(DecideTable, OperatorsRunTheHostAndAuditorsReadTheTrail) {
  expect({
      {"op-1", "containers.stop", nothing(), true, "operator"},
      {"op-night", "volumes.prune", about("volume"), true, ""},
      {"op-1", "containers.inspect", look(), true, ""},
      {"op-1", "services.update", about("service"), true, ""},
      {"op-1", "system.events", look(), true, ""},
      {"op-1", "policy.change", about("policy"), false, ""},
      {"op-1", "policy.approve", about("policy"), false, ""},
      {"op-1", "trail.search", look(), false, ""},
      {"op-1", "nodes.update", about("node"), false, ""},
      {"op-1", "secrets.list", look(), false, ""},
      {"op-1", "plugins.list", look(), true, ""},
      {"aud", "trail.search", look(), true, "auditor"},
      {"aud", "trail.verify", look(), true, "auditor"},
      {"aud", "policy.show", look(), true, ""},
      {"aud", "containers.list", look(), true, ""},
      {"aud", "containers.inspect", look(), false, ""},
      {"aud", "containers.stop", nothing(), false, ""},
      {"aud", "policy.approve", about("policy"), false, ""},
      {"uid:0", "trail.search", look(), true, "admin"},
      {"uid:0", "anything.at_all", nothing(), true, "admin"},
  });
}

TEST_F(DecideTable, SelectorsOfARole) {
  const auto create = [](std::vector<std::string> images, std::vector<std::string> networks) {
    return fresh([=](WorkloadFacts& facts) {
      facts.images = images;
      facts.networks = networks;
    });
  };
  expect({
      {"w@web", "containers.stop", named("web-1"), true, "web-team"},
      {"w@web", "containers.stop", named("web"), false, ""},
      {"w@web", "containers.stop", named("db-web-1"), false, ""},
      {"w@web", "containers.create", create({"ghcr.io/shop/api:2"}, {"front"}), true, ""},
      {"w@web", "containers.create", create({"ghcr.io/shop/api:2"}, {}), false, ""},
      {"w@web", "containers.create", create({"ghcr.io/shop/api:2"}, {"front", "back"}), false, ""},
      {"w@web", "containers.create", create({"ghcr.io/shop/api:2", "evil"}, {"front"}), false, ""},
      {"w@web",
       "containers.create",
       create({"ghcr.io/shop/api:latest"}, {"front"}),
       false,
       "role web-team denies"},
      {"w@web", "containers.create", create({"ghcr.io/shop/api"}, {"front"}), false, "denies"},
      {"w@web", "containers.create", create({"ghcr.io/shopx/api:1"}, {"front"}), false, ""},
      {"w@web", "containers.logs", labelled("team", "shop"), true, ""},
      {"w@web", "containers.logs", labelled("team", "shop2"), false, ""},
      {"w@web", "containers.restart", owned_by("alice"), true, ""},
      {"w@web", "containers.restart", owned_by("carl"), false, ""},
      {"w@web", "containers.restart", owned_by(""), false, ""},
      {"w@web",
       "containers.exec",
       [](Act& act) {
         named("web-1")(act);
         labelled("tier", "database")(act);
       },
       false,
       "web-team denies"},
      {"w@web", "containers.remove", named("web-1"), false, "denies"},
      {"w@web",
       "containers.remove",
       [](Act& act) {
         named("web-1")(act);
         owned_by("w")(act);
       },
       true,
       ""},
      {"w@web", "pods.create", [](Act& act) { act.name_space = "shop-prod"; }, true, ""},
      {"w@web", "pods.create", [](Act& act) { act.name_space = "kube-system"; }, false, ""},
      {"w@web", "pods.create", nothing(), false, ""},
  });
}

TEST_F(DecideTable, StrictAsksMore) {
  const auto limited = [](std::function<void(WorkloadFacts&)> more) {
    return fresh([more](WorkloadFacts& facts) {
      facts.memory_limited = facts.cpu_limited = facts.pids_limited = true;
      facts.user = "1000";
      more(facts);
    });
  };
  expect({
      {"carl", "containers.create", limited([](auto&) {}), true, "hardened"},
      {"carl", "containers.create", fresh(), false, "no limit of memory, cpu, pids"},
      {"carl", "containers.create", limited([](auto& w) { w.root = true; }), false, "root-user"},
      {"carl",
       "containers.create",
       limited([](auto& w) { w.capabilities = {"CHOWN"}; }),
       false,
       "few-capabilities"},
      {"carl",
       "containers.create",
       limited([](auto& w) { w.ports = {{"", 8080, 80, "tcp"}}; }),
       false,
       "0.0.0.0:8080:80/tcp"},
      {"carl",
       "containers.create",
       limited([](auto& w) { w.ports = {{"127.0.0.1", 8080, 80, "tcp"}}; }),
       true,
       ""},
      {"carl",
       "containers.create",
       limited([](auto& w) { w.ports = {{"127.0.0.1", 80, 80, "tcp"}}; }),
       false,
       "below 1024"},
      {"carl",
       "containers.create",
       limited([](auto& w) { w.publishes_all = true; }),
       false,
       "published-address"},
      {"carl",
       "containers.create",
       limited([](auto& w) { w.sysctls = {{"net.a", "1"}}; }),
       false,
       "any-sysctl"},
      {"carl",
       "containers.create",
       limited([](auto& w) { w.restart = "always"; }),
       false,
       "restart-always"},
      {"carl",
       "containers.create",
       limited([](auto& w) { w.privileged = true; }),
       false,
       "of baseline"},
      {"carl",
       "containers.exec",
       running_command([](auto& w) { w.root = true; }, "carl"),
       false,
       "exec-root"},
      {"carl", "containers.update", owned_by("carl"), false, "changed-limits"},
      {"carl", "containers.rename", owned_by("carl"), false, "renamed-container"},
      {"carl", "containers.commit", owned_by("carl"), false, "committed-container"},
      {"carl", "containers.archive_put", owned_by("carl"), false, "while it runs"},
      {"carl", "containers.archive_get", owned_by("carl"), true, ""},
      {"carl",
       "images.build",
       [](Act& act) {
         act.has_workload = true;
         act.workload.entitlements = {"ssh"};
       },
       false,
       "build-secrets"},
  });
}

TEST_F(DecideTable, RulesOfThePolicyHoldForAll) {
  expect({
      {"uid:0",
       "containers.stop",
       labelled("frozen", "true"),
       false,
       "web is frozen (rule frozen)"},
      {"op-1", "containers.stop", labelled("frozen", "true"), false, "frozen"},
      {"alice",
       "containers.stop",
       [](Act& act) {
         labelled("frozen", "true")(act);
         owned_by("alice")(act);
       },
       true,
       ""},
  });
}

TEST_F(DecideTable, SaysWhichExceptionAndWhichWarning) {
  const Identity alice = test_caller("alice");
  Resource web = test_container("web", "alice");
  web.labels["frozen"] = "true";
  const RequestView view{.gate = "guard",
                         .caller = &alice,
                         .action = "containers.exec",
                         .resource = &web,
                         .now = kTestTime};
  const Decision decision = decide(*policy_, view);
  EXPECT_TRUE(decision.allow) << decision.reason;
  EXPECT_EQ(decision.exception, "frozen: boss: she froze it");
  ASSERT_EQ(decision.warnings.size(), 1U);
  EXPECT_EQ(decision.warnings.front(), "alice enters web");
  EXPECT_EQ(decision.role, "developer");
  EXPECT_FALSE(decision.break_glass);
}

TEST(Decide, ARoleWithoutConstraintsLetsThroughWhatAnotherRoleMayNot) {
  const auto policy = loaded_policy("bindings: {developer: {users: [a]}, admin: {users: [a]}}\n");
  expect_rows(
      *policy,
      {{"a", "containers.create", fresh([](auto& w) { w.privileged = true; }), true, "role admin"},
       {"a", "containers.create", fresh(), true, "role developer"}});
}

TEST(Decide, CommonConstraintsAndImageRequirementsSpareAdminsOnly) {
  const auto policy = loaded_policy(R"(
constraints: baseline
image_requirements: {scan_max_age: 7d, decision: [allow, warn], signed: true, signers: [release]}
roles:
  all: {allow: ["*"]}
bindings: {all: {users: [a]}, admin: {users: [root]}}
)");
  ASSERT_TRUE(policy);
  EXPECT_TRUE(policy->asks_image_trust());

  struct Case {
    const char* who;
    std::optional<ImageStanding> standing;
    bool allow;
    const char* rule;
  };

  const base::Time day_ago = kTestTime - std::chrono::days(1);
  const base::Time month_ago = kTestTime - std::chrono::days(30);
  const Case cases[] = {
      {"a", std::nullopt, false, "image-scan-age"},
      {"root", std::nullopt, true, ""},
      {"a", ImageStanding{day_ago, "allow", true, {"release"}}, true, ""},
      {"a", ImageStanding{day_ago, "warn", true, {"release", "x"}}, true, ""},
      {"a", ImageStanding{month_ago, "allow", true, {"release"}}, false, "image-scan-age"},
      {"a", ImageStanding{day_ago, "deny", true, {"release"}}, false, "image-scan-decision"},
      {"a", ImageStanding{day_ago, "", true, {"release"}}, false, "image-scan-decision"},
      {"a", ImageStanding{day_ago, "allow", std::nullopt, {"release"}}, false, "image-signed"},
      {"a", ImageStanding{day_ago, "allow", false, {}}, false, "image-signed"},
      {"a", ImageStanding{day_ago, "allow", true, {"other"}}, false, "image-signers"},
  };
  for (const Case& one : cases) {
    const Identity caller = test_caller(one.who);
    Resource fresh_one{.kind = "container", .names = {"new"}};
    WorkloadFacts workload;
    workload.images = {"nginx"};
    const RequestView view{.gate = "guard",
                           .caller = &caller,
                           .action = "containers.create",
                           .creates = true,
                           .resource = &fresh_one,
                           .workload = &workload,
                           .standing = one.standing ? &*one.standing : nullptr,
                           .now = kTestTime};
    const Decision decision = decide(*policy, view);
    EXPECT_EQ(decision.allow, one.allow) << one.who << " " << one.rule << decision.reason;
    EXPECT_EQ(decision.rule, one.rule) << decision.reason;
  }
}

TEST(Decide, AuditModeOnlyWarns) {
  const auto policy = loaded_policy("mode: audit\nbindings: {developer: {users: [a]}}\n");
  const Identity caller = test_caller("a");
  Resource fresh_one{.kind = "container", .names = {"new"}};
  WorkloadFacts workload;
  workload.privileged = true;
  RequestView view{.gate = "guard",
                   .caller = &caller,
                   .action = "containers.create",
                   .creates = true,
                   .resource = &fresh_one,
                   .workload = &workload,
                   .now = kTestTime};
  const Decision decision = decide(*policy, view);
  EXPECT_TRUE(decision.allow);
  ASSERT_EQ(decision.warnings.size(), 1U);
  EXPECT_THAT(decision.warnings.front(), HasSubstr("leave out --privileged"));
  // Roles are no rules.
  view.action = "plugins.install";
  EXPECT_FALSE(decide(*policy, view).allow);
}

TEST(Decide, KeepsRolesApartThatMeetInOnePersonByGroups) {
  const auto policy =
      loaded_policy("separate: [[auditor, operator]]\n"
                    "bindings: {auditor: {groups: [audit]}, operator: {users: [olga]}}\n");
  expect_rows(*policy,
              {{"olga", "containers.stop", nothing(), true, ""},
               {"anna@audit", "trail.search", look(), true, ""}});
  const Identity both = test_caller("olga@audit");
  const RequestView view{.caller = &both, .action = "containers.list", .now = kTestTime};
  const Decision decision = decide(*policy, view);
  EXPECT_FALSE(decision.allow);
  EXPECT_THAT(decision.reason, HasSubstr("auditor and operator, which the policy keeps apart"));
}

TEST(Decide, BreakGlassDoesNotBringTogetherWhatIsKeptApart) {
  const auto policy =
      loaded_policy("separate: [[auditor, operator]]\n"
                    "bindings: {auditor: {users: [anna]}, viewer: {users: [vera]}}\n"
                    "break_glass: {operator: {users: [anna, vera], longest: 1h}}\n");
  const Resource web = test_container("web", "bob");
  for (const char* who : {"anna", "vera"}) {
    const std::vector<Grant> grants{{.id = "1",
                                     .user = who,
                                     .role = "operator",
                                     .from = kTestTime,
                                     .until = kTestTime + std::chrono::hours(1)}};
    const Identity caller = test_caller(who);
    RequestView view{.caller = &caller,
                     .action = "containers.stop",
                     .resource = &web,
                     .now = kTestTime + std::chrono::minutes(1)};
    const Decision decision = decide(*policy, view, grants);
    EXPECT_EQ(decision.allow, std::string_view(who) == "vera") << decision.reason;
    view.action = "containers.list";
    EXPECT_TRUE(decide(*policy, view, grants).allow) << who;
  }
}

TEST(Decide, ContainersAndTheEnginesSocketAreBoundByName) {
  const auto policy = loaded_policy(R"(
bindings:
  viewer: {socket: true}
  operator: {containers: [{name: "portainer*", owner: admin}]}
  admin: {users: [root], uids: [0]}
)");
  expect_rows(*policy,
              {{"nobody", "containers.list", look(), true, "viewer"},
               {"nobody", "containers.stop", nothing(), false, "the engine's own socket"}});
  const Identity inside = test_caller("container:3ad7b26ded6d");
  Resource self = test_container("portainer-1", "admin");
  const Resource web = test_container("web", "bob");
  RequestView view{.caller = &inside,
                   .caller_container = &self,
                   .action = "containers.stop",
                   .resource = &web,
                   .now = kTestTime};
  EXPECT_TRUE(decide(*policy, view).allow);
  self.owner = "mallory";
  EXPECT_FALSE(decide(*policy, view).allow);
  self = test_container("other", "admin");
  EXPECT_FALSE(decide(*policy, view).allow);
  // It says that it is root with uid 0, and is not.
  view.caller_container = nullptr;
  EXPECT_FALSE(decide(*policy, view).allow);
}

} // namespace
} // namespace portique::access
