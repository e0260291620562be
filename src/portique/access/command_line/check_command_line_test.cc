#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/access/command_line/check_command_line.h"
#include "portique/access/docker/request_facts.h"

namespace portique::access {

namespace {

constexpr std::string_view kPolicy = R"(
bindings:
  developer: {users: [alice], groups: [dev]}
  operator: {users: [olga]}
  viewer: {users: [victor]}
  admin: {users: [root]}
)";

struct CheckCase {
  std::string user;
  std::vector<std::string> words;
  bool allow;
  std::string why; ///< part of the reason, or of the rule
};

const std::vector<CheckCase>& check_cases() {
  static const std::vector<CheckCase> kCases = {
      {"alice", {"run", "--rm", "alpine", "true"}, true, ""},
      {"alice", {"run", "--privileged", "alpine"}, false, "privileged"},
      {"alice", {"run", "-v", "/etc:/x", "alpine"}, false, "/etc"},
      {"alice", {"run", "-v", "/home/../etc:/x", "alpine"}, false, "/etc"},
      {"alice", {"run", "--mount", "type=bind,source=/,target=/h", "alpine"}, false, ""},
      {"alice", {"run", "-v", "/var/run/docker.sock:/s", "alpine"}, false, ""},
      {"alice", {"run", "--use-api-socket", "alpine"}, false, ""},
      {"alice", {"run", "--pid", "host", "alpine"}, false, ""},
      {"alice", {"run", "--network", "host", "alpine"}, false, ""},
      {"alice", {"run", "--cap-add", "SYS_ADMIN", "alpine"}, false, ""},
      {"alice", {"run", "--device", "/dev/sda", "alpine"}, false, ""},
      {"alice", {"run", "--device-cgroup-rule", "b *:* rwm", "alpine"}, false, ""},
      {"alice", {"run", "--security-opt", "seccomp=unconfined", "alpine"}, false, ""},
      {"alice", {"run", "--security-opt", "systempaths=unconfined", "alpine"}, false, ""},
      {"alice", {"run", "--volumes-from", "olgas", "alpine"}, false, ""},
      {"alice", {"run", "--pid", "container:olgas", "alpine"}, false, ""},
      {"alice",
       {"volume", "create", "-o", "type=none", "-o", "o=bind", "-o", "device=/etc", "v"},
       false,
       ""},
      {"alice", {"exec", "-it", "mine", "sh"}, true, ""},
      {"alice", {"exec", "--privileged", "mine", "sh"}, false, ""},
      {"alice", {"exec", "olgas", "sh"}, false, ""},
      {"alice", {"cp", "x", "olgas:/etc/passwd"}, false, ""},
      {"alice", {"rm", "-f", "olgas"}, false, ""},
      {"alice", {"rm", "-f", "mine"}, true, ""},
      {"alice", {"swarm", "init"}, false, "no role"},
      {"alice", {"plugin", "install", "--grant-all-permissions", "x/y"}, false, ""},
      {"alice", {"pull", "alpine"}, true, ""},
      {"alice", {"system", "prune", "-f"}, false, ""},
      {"victor", {"ps"}, true, ""},
      {"victor", {"run", "alpine"}, false, ""},
      {"victor", {"logs", "mine"}, false, ""},
      {"mallory", {"ps"}, false, ""},
      {"root", {"create", "--privileged", "alpine"}, true, ""},
  };
  return kCases;
}

Identity caller(const std::string& user) {
  Identity made;
  made.user = user;
  made.proof = Proof::Certificate;
  return made;
}

CheckOptions options() {
  CheckOptions made;
  made.policy_name = "access.yaml";
  made.policy_text = std::string(kPolicy);
  made.facts = [](const EngineCall& call, EngineView& view) { return workload_facts(call, view); };
  return made;
}

TEST(CheckCommandLine, SaysWhatWouldHappenAndWhy) {
  for (const CheckCase& one : check_cases()) {
    std::string shown = one.user + ": docker";
    for (const std::string& word : one.words)
      shown += " " + word;
    SCOPED_TRACE(shown);
    AssumedEngine engine;
    engine.add_owned("mine", "alice");
    engine.add_owned("olgas", "olga");
    const auto checked = check_command_line(one.words, caller(one.user), engine, options());
    ASSERT_TRUE(checked) << checked.error().text();
    ASSERT_FALSE(checked->requests.empty());
    const Decision& last = checked->requests.back().ruling.decision;
    EXPECT_EQ(checked->allow, one.allow)
        << checked->requests.back().ruling.action << ": " << last.reason;
    EXPECT_TRUE((last.reason + last.rule).contains(one.why)) << last.reason;
    EXPECT_EQ(checked->not_sent > 0, !one.allow && checked->not_sent > 0);
  }
}

TEST(CheckCommandLine, NothingIsKnownOfWhatNobodyNamed) {
  AssumedEngine engine;
  const auto checked = check_command_line(
      std::vector<std::string>{"exec", "web", "sh"}, caller("alice"), engine, options());
  ASSERT_TRUE(checked);
  EXPECT_FALSE(checked->allow) << "whose it is is not known";
}

TEST(CheckCommandLine, BrokenPoliciesAndLinesAreErrors) {
  AssumedEngine engine;
  CheckOptions broken = options();
  broken.policy_text = "roles: [";
  EXPECT_FALSE(check_command_line(std::vector<std::string>{"ps"}, caller("alice"), engine, broken));
  EXPECT_FALSE(
      check_command_line(std::vector<std::string>{"frob"}, caller("alice"), engine, options()));
}

} // namespace

} // namespace portique::access
