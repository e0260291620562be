// Where a gate's policy comes from, and by what name it goes: the built program, without an engine.

#include <algorithm>
#include <csignal>

#include "e2e/program.h"
#include "e2e/running_program.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/test_support/raw_client.h"

namespace portique::e2e {
namespace {

namespace fs = std::filesystem;
using test_support::RawClient;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kPing =
    "GET /v1.41/_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n";

class AuthzSources : public testing::Test {
protected:
  /// A gate in front of no engine: it decides and writes all the same.
  std::vector<std::string> words(const std::string& policy, std::vector<std::string> more = {}) {
    std::vector<std::string> all{"authz",
                                 "--policy",
                                 policy,
                                 "--guard-socket",
                                 guard_.string(),
                                 "--engine-socket",
                                 (folder_ / "engine.sock").string(),
                                 "--trail",
                                 trail_.string(),
                                 "--state",
                                 (folder_ / "state").string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  std::string status_version() {
    const auto status = portique({"authz",
                                  "status",
                                  "--format",
                                  "json",
                                  "--plugin-socket",
                                  "",
                                  "--guard-socket",
                                  guard_.string(),
                                  "--engine-socket",
                                  (folder_ / "engine.sock").string(),
                                  "--trail",
                                  trail_.string()});
    const auto parsed = base::parse_json(status.out);
    if (!parsed) return status.out + status.err;
    return std::string(
        base::json_string(&base::json_fields(base::json_object(&*parsed), "policy"), "version"));
  }

  /// The policy that the last decision about a request names.
  std::string trail_version() {
    const auto found = portique(
        {"audit", "search", "--trail", trail_.string(), "--action", "system.ping", "--json"});
    const auto lines = base::split(base::trim(found.out), '\n');
    const auto parsed = base::parse_json(lines.back());
    return parsed ? std::string(base::json_string(base::json_object(&*parsed), "policy"))
                  : found.out + found.err;
  }

  fs::path folder_ = fresh_folder();
  fs::path guard_ = folder_ / "guard.sock";
  fs::path trail_ = folder_ / "trail";
};

TEST_F(AuthzSources, LogTrailStatusAndReplayNameOneVersion) {
  const std::string policy = write_file(folder_ / "access.yaml",
                                        "include: [team.yaml]\nbindings: {viewer: {uids: [0]}}\n");
  write_file(folder_ / "team.yaml", "bindings: {operator: {users: [carol]}}\n");
  RunningProgram gate(folder_ / "log", words(policy));
  ASSERT_TRUE(gate.says("guard at")) << gate.log();
  const std::string version = gate.word_behind("serving policy ");
  EXPECT_THAT(version, StartsWith("sha256:"));
  // Denied or not: the line names the policy.
  EXPECT_THAT(RawClient::to(guard_).ask(std::string(kPing)), StartsWith("HTTP/1.1 "));
  EXPECT_EQ(trail_version(), version);
  EXPECT_EQ(status_version(), version);
  const auto replayed = portique(
      {"authz", "replay", "--policy", policy, "--trail", trail_.string(), "--format", "json"});
  EXPECT_THAT(replayed.out, HasSubstr('"' + version + '"')) << replayed.err;

  // What it includes is part of it.
  write_file(folder_ / "team.yaml", "bindings: {auditor: {users: [carol]}}\n");
  write_file(policy, "include: [team.yaml]\nbindings: {viewer: {uids: [0]}}\ndescription: two\n");
  gate.signal(SIGHUP);
  for (int i = 0; i < 100 && status_version() == version; ++i)
    ::usleep(50'000);
  EXPECT_NE(status_version(), version);
  EXPECT_THAT(gate.log(), HasSubstr("serving policy " + status_version()));
}

TEST_F(AuthzSources, ACheckoutBringsWhatItIncludes) {
  const fs::path checkout = folder_ / "checkout";
  const auto git = [&](std::vector<std::string> more) {
    std::vector<std::string> all{"git",
                                 "-C",
                                 checkout.string(),
                                 "-c",
                                 "user.name=t",
                                 "-c",
                                 "user.email=t@example.org",
                                 "-c",
                                 "safe.directory=*"};
    all.insert(all.end(), more.begin(), more.end());
    const auto done = base::run_program(all);
    return done ? done->exit_status : 127;
  };
  write_file(checkout / "access.yaml", "include: [team.yaml]\n");
  write_file(checkout / "team.yaml", "bindings: {viewer: {uids: [0]}}\n");
  if (git({"init", "-q"}) != 0) GTEST_SKIP() << "git is not installed";
  ASSERT_EQ(git({"add", "."}) + git({"commit", "-q", "-m", "one"}), 0);
  RunningProgram gate(folder_ / "log", words(checkout.string()));
  ASSERT_TRUE(gate.says("guard at")) << gate.log();
  const std::string version = gate.word_behind("serving policy ");
  // What the engine is not there for is told apart from what nobody may do.
  EXPECT_THAT(RawClient::to(guard_).ask(std::string(kPing)), StartsWith("HTTP/1.1 502"));
  // A change that is not committed is none, whatever the working tree holds.
  write_file(checkout / "team.yaml", "bindings: {viewer: {users: [nobody-else]}}\n");
  gate.signal(SIGHUP);
  EXPECT_THAT(RawClient::to(guard_).ask(std::string(kPing)), StartsWith("HTTP/1.1 502"));
  ASSERT_EQ(git({"commit", "-q", "-a", "-m", "two"}), 0);
  gate.signal(SIGHUP);
  for (int i = 0; i < 100 && status_version() == version; ++i)
    ::usleep(50'000);
  EXPECT_THAT(RawClient::to(guard_).ask(std::string(kPing)), StartsWith("HTTP/1.1 403"));
  EXPECT_EQ(trail_version(), status_version());
}

} // namespace
} // namespace portique::e2e
