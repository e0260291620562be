#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/docker/engine_call.h"
#include "portique/access/roles/access_policy.h"
#include "portique/access/roles/access_test_support.h"
#include "portique/access/roles/ready_access.h"
#include "portique/base/digest.h"
#include "portique/base/file.h"
#include "portique/policy/explain.h"

namespace portique::access {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

LoadedAccessPolicy load(std::string text) {
  return AccessPolicy::load_text("access.yaml", std::move(text), base::Limits(), kTestTime);
}

TEST(AccessPolicy, SaysWhatIsWrongAndWhere) {
  struct Case {
    const char* text;
    const char* headline;
  };

  const Case cases[] = {
      {"bindngs: {}\n",
       "access.yaml:1:1: error: 'bindngs' is no part of an access policy; did you mean bindings?"},
      {"version: 2\n", "access.yaml:1:10: error: the version of the file's form is 1"},
      {"bindings:\n  develper: {users: [a]}\n",
       "access.yaml:2:3: error: there is no role 'develper'; did you mean developer?"},
      {"bindings:\n  developer: {user: [a]}\n",
       "access.yaml:2:15: error: 'user' is no part of a binding; did you mean users?"},
      {"roles:\n  a: {include: [viewr]}\n",
       "access.yaml:2:17: error: there is no role 'viewr'; did you mean viewer?"},
      {"roles:\n  a: {alow: []}\n",
       "access.yaml:2:7: error: 'alow' is no part of a role; did you mean allow?"},
      {"roles:\n  admin: {allow: ['*']}\n",
       "access.yaml:2:3: error: there is a role 'admin' already, a ready one"},
      {"roles:\n  a: {include: [b]}\n  b: {include: [a]}\n", "leads back to itself"},
      {"roles:\n  a: {include: a}\n", "leads back to itself"},
      {"roles:\n  a b: {}\n", "the name of a role is letters"},
      {"roles:\n  a: {allow: [{name: x}]}\n",
       "access.yaml:2:15: error: it does not say which 'actions'"},
      {"roles:\n  a: {allow: [{actions: ['x y']}]}\n", "an action is such as containers.create"},
      {"roles:\n  a: {allow: [containers.exce]}\n",
       "access.yaml:2:15: error: there is no action 'containers.exce'; did you mean "
       "containers.exec?"},
      {"roles:\n  a: {allow: [container.*]}\n", "did you mean containers.*?"},
      {"roles:\n  a: {allow: [containers.frobnicate]}\n", "did you mean containers."},
      {"roles:\n  a: {allow: [contaners.exec]}\n", "did you mean containers.exec?"},
      {"roles:\n  a: {allow: [{actions: [x], name: []}]}\n", "'name' names nothing"},
      {"roles:\n  a: {allow: [{actions: [x], own: maybe}]}\n", "'own' is true or false"},
      {"roles:\n  a: {constraints: [baselin]}\n",
       "there is no set of constraints 'baselin'; did you mean baseline?"},
      {"constraints: [./missing.yaml]\n", "missing.yaml"},
      {"mounts: [data]\n", "a mount is an absolute folder"},
      {"mounts: [/srv/../etc]\n", "a mount is an absolute folder"},
      {"api_versions: {extra: ['1.23']}\n", "versions below 1.24 are never let through"},
      {"api_versions: {extra: [new]}\n", "a version is such as 1.52"},
      {"defaults: {engine_unreachable: allow}\n", "is denied: 'deny'"},
      {"defaults: {deadline: 5m}\n", "clients do not wait longer"},
      {"defaults: {deadline: soon}\n", "is a length of time"},
      {"separate: [[auditor]]\n", "expected two or more roles"},
      {"separate: [[auditor, operator]]\nbindings: {auditor: {users: [a]}, operator: {users: "
       "[a]}}\n",
       "access.yaml:1:12: error: a has both 'auditor' and 'operator', which are to be separate"},
      {"separate: [[auditor, operator]]\nbindings: {auditor: {users: [a]}, operator: {users: "
       "['*']}}\n",
       "a has both"},
      {"separate: [[auditor, operator]]\nbindings: {auditor: {groups: [g]}, operator: {groups: "
       "[g]}}\n",
       "group g has both"},
      {"separate: [[auditor, operator]]\nbindings: {auditor: {uids: [5]}, lead: {uids: "
       "[5]}}\nroles: {lead: {include: operator}}\n",
       "uid 5 has both"},
      {"break_glass: {admin: {users: [a], longest: 30d}}\n", "more than a week"},
      {"break_glass: {root: {users: [a]}}\n", "there is no role 'root'"},
      {"approvals: {people: {a: x, b: y}}\n", "says who wrote it: 'author'"},
      {"author: c\napprovals: {people: {a: x, b: y}}\n", "the author 'c' is none of the 'people'"},
      {"author: a\napprovals: {people: {a: x, b: y}}\n", "the key of 'a' is no Ed25519 public key"},
      {"author: a\napprovals: {needed: 2, people: {a: x, b: y}}\n",
       "it takes 2 besides the author, and there are 1"},
      {"exceptions: [{rule: privilegd, who: a, why: b, until: 2027-01-01}]\nconstraints: "
       "baseline\n",
       "there is no rule 'privilegd' to except from; did you mean privileged?"},
      {"exceptions: [{rule: privileged, until: someday}]\nconstraints: baseline\n",
       "'until' is a date"},
      {"rules:\n  - {name: r, on: request, deny: request.privilegd = true}\n",
       "access.yaml:2:34: error:"},
      {"rules:\n  - {name: privileged, on: request, deny: request.privileged = true}\nconstraints: "
       "baseline\n",
       "there is a rule 'privileged' already, in <baseline constraints>:"},
      {"bindings: {developer: {certificates: [{fingerprint: abc}]}}\n", "64 hexadecimal digits"},
      {"bindings: {developer: {certificates: [{o: dev}]}}\n",
       "a certificate has a 'fingerprint', or a 'cn'"},
      {"bindings: {developer: {uids: [-1]}}\n", "a uid is a number"},
      {"bindings: {developer: {containers: [{}]}}\n", "has a 'name', 'image' or 'owner'"},
      {"bindings: {developer: {users: [a]}}\nbindings: {}\n",
       "'bindings' stands here and in line 1"},
      {"include: [nowhere.yaml]\n", "nowhere.yaml"},
      {"- a\n", "this is no access policy"},
      {"roles: {a: {allow: ['\xff']}}\n", "access.yaml: error:"},
      {"a: [\n", "access.yaml: error:"},
  };
  for (const Case& one : cases) {
    const LoadedAccessPolicy loaded = load(one.text);
    EXPECT_FALSE(loaded.policy) << one.text;
    std::string all;
    for (const policy::Diagnostic& diagnostic : loaded.diagnostics)
      all += diagnostic.headline() + "\n";
    EXPECT_THAT(all, HasSubstr(one.headline)) << one.text;
  }
}

TEST(AccessPolicy, ShowsTheLineWithACaret) {
  const LoadedAccessPolicy loaded = load("bindings:\n  develper: {users: [a]}\n");
  ASSERT_EQ(loaded.diagnostics.size(), 1U);
  EXPECT_THAT(loaded.diagnostics.front().text(), HasSubstr("\n    develper: {users: [a]}\n    ^"));
}

TEST(AccessPolicy, RefusesFilesThatAreTooMuch) {
  std::string deep = "roles:\n";
  for (int i = 0; i < 200; ++i)
    deep += "  r" + std::to_string(i) + ": {include: r" + std::to_string(i + 1) + "}\n";
  deep += "  r200: {}\n";
  EXPECT_FALSE(load(deep).policy);
  // Each role takes in the one before twice over: 2^40 entries.
  std::string wide = "roles:\n  r0: {allow: ['*']}\n";
  for (int i = 1; i < 40; ++i) {
    const std::string before = "r" + std::to_string(i - 1);
    wide += "  r" + std::to_string(i) + ": {include: [" + before + ", " + before + "]}\n";
  }
  EXPECT_FALSE(load(wide).policy);
}

TEST(AccessPolicy, TheSmallestPolicyBindsNobody) {
  const auto policy = loaded_policy("version: 1\n");
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->name(), "access.yaml");
  EXPECT_THAT(policy->bindings(), IsEmpty());
  EXPECT_EQ(policy->roles().size(), 5U);
  EXPECT_EQ(policy->deadline(), std::chrono::seconds(2));
  EXPECT_THAT(policy->version(), testing::StartsWith("sha256:"));
}

TEST(AccessPolicy, ItsWrittenDigestIsTheFilesOwn) {
  const std::string text = "version: 1\nname: n\n";
  const auto policy = loaded_policy(text);
  EXPECT_EQ(policy->written_digest(), base::digest_of(base::as_bytes(text)).text());
  EXPECT_NE(policy->version(), policy->written_digest());
  EXPECT_NE(loaded_policy(text + "#\n")->version(), policy->version());
}

TEST(AccessPolicy, TakesInFilesBesideIt) {
  const auto folder = base::TempDir::create("portique-access");
  ASSERT_TRUE(folder);
  const auto write = [&](const char* name, std::string_view text) {
    std::ofstream(folder->path() / name) << text;
  };
  write("access.yaml",
        "include: [team.yaml]\nroles: {lead: {include: [team], constraints: [./house.yaml]}}\n"
        "bindings: {lead: {users: [a]}}\nlists: {names: [web]}\n");
  write("team.yaml", "include: [access.yaml]\nroles: {team: {allow: [\"containers.*\"]}}\n");
  write("house.yaml",
        "lists: {names: [db]}\nrules:\n  - {name: no-stop, on: request, message: m,\n"
        "     deny: request.action = containers.stop and request.resource in (names)}\n");
  const auto loaded =
      AccessPolicy::load_file(folder->path() / "access.yaml", base::Limits(), kTestTime);
  for (const auto& diagnostic : loaded.diagnostics)
    ADD_FAILURE() << diagnostic.text();
  ASSERT_TRUE(loaded.policy);
  const Identity caller = test_caller("a");
  const Resource web = test_container("web", "b");
  RequestView view{.caller = &caller, .action = "containers.stop", .resource = &web};
  EXPECT_EQ(decide(*loaded.policy, view).rule, "no-stop"); // the outer file's list counts
  view.action = "containers.start";
  EXPECT_TRUE(decide(*loaded.policy, view).allow);
  write("house.yaml", "rules:\n  - {name: r, on: request, allow: request.own = true}\n");
  EXPECT_FALSE(
      AccessPolicy::load_file(folder->path() / "access.yaml", base::Limits(), kTestTime).policy);
  EXPECT_FALSE(
      AccessPolicy::load_file(folder->path() / "no.yaml", base::Limits(), kTestTime).policy);
}

TEST(AccessPolicy, TheExamplesOfItsPageLoad) {
  const auto page = base::read_file(
      std::filesystem::path(PORTIQUE_TESTDATA) / "../../../../../docs/access-policy.md", 1U << 20U);
  ASSERT_TRUE(page) << page.error().text();
  const auto folder = base::TempDir::create("portique-access");
  std::ofstream(folder->path() / "team.yaml") << "version: 1\n";
  int count = 0;
  for (std::size_t at = page->find("```yaml\n"); at != std::string::npos;
       at = page->find("```yaml\n", at)) {
    at += 8;
    const std::string text = page->substr(at, page->find("```", at) - at);
    const auto loaded = AccessPolicy::load_text(
        (folder->path() / "access.yaml").string(), text, base::Limits(), kTestTime);
    for (const policy::Diagnostic& diagnostic : loaded.diagnostics)
      ADD_FAILURE() << diagnostic.text();
    ++count;
  }
  EXPECT_EQ(count, 3);
}

TEST(AccessPolicy, ExceptsFromRulesOfASet) {
  const auto policy = loaded_policy(R"(
bindings: {developer: {users: [alice, bob]}}
exceptions:
  - {rule: privileged, when: user.name = alice, who: boss, why: kernel work, until: 2027-01-01}
)");
  WorkloadFacts workload;
  workload.privileged = true;
  const Resource made{.kind = "container", .names = {"new"}};
  for (const bool is_alice : {true, false}) {
    const Identity caller = test_caller(is_alice ? "alice" : "bob");
    const RequestView view{.caller = &caller,
                           .action = "containers.create",
                           .creates = true,
                           .resource = &made,
                           .workload = &workload};
    EXPECT_EQ(decide(*policy, view).allow, is_alice);
  }
}

TEST(ReadyAccess, RolesAreExplainedAndLoad) {
  const auto policy = loaded_policy("version: 1\n");
  for (const ReadyAccess& ready : ready_access()) {
    if (ready.kind != ReadyAccessKind::Role) continue;
    const Role* role = policy->find_role(ready.name);
    ASSERT_NE(role, nullptr) << ready.name;
    EXPECT_FALSE(role->description.empty()) << ready.name;
    EXPECT_EQ(role->file, "<" + std::string(ready.name) + ">");
    EXPECT_EQ(role->unconstrained, ready.name == "admin");
  }
}

TEST(ReadyAccess, EveryActionThatTheyNameIsOneOfTheTable) {
  const auto policy = loaded_policy("version: 1\n");
  const auto is_known = [](const std::string& action) {
    return action.ends_with('*') || action.starts_with("policy.") ||
           std::ranges::any_of(engine_actions(),
                               [&](const Action& one) { return one.name == action; });
  };
  for (const Role& role : policy->roles())
    for (const auto* entries : {&role.allow, &role.deny})
      for (const Entry& entry : *entries)
        for (const std::string& action : entry.actions)
          EXPECT_TRUE(is_known(action)) << role.name << ": " << action;
}

TEST(ReadyAccess, ConstraintsPassTheirOwnExamplesAndAreExplained) {
  const auto policy = loaded_policy("constraints: [strict, images, own]\n");
  ASSERT_TRUE(policy);
  const policy::TestedExamples tested = policy::test_examples(policy->rules());
  for (const policy::FailedExample& failed : tested.failed)
    ADD_FAILURE() << failed.place.text();
  EXPECT_THAT(tested.without, IsEmpty());
  EXPECT_GT(tested.examples, 90U);
  for (const policy::Diagnostic& diagnostic : policy::lint(policy->rules()))
    ADD_FAILURE() << diagnostic.text();
}

} // namespace
} // namespace portique::access
