#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "portique/access/audit/file_trail.h"
#include "portique/access/install/authz_status.h"
#include "portique/base/file.h"
#include "portique/test_support/engine_daemon.h"

namespace portique::access {

namespace {

class AuthzStatusTest : public testing::Test {
protected:
  StatusOptions options() {
    StatusOptions made;
    made.plugin_socket = folder_.path() / "plugin.sock";
    made.guard_socket = folder_.path() / "guard.sock";
    made.engine_socket = folder_.path() / "engine.sock";
    made.trail = folder_.path() / "trail";
    return made;
  }

  void write_trail(const std::vector<std::pair<bool, std::string>>& offers) {
    TrailOptions how;
    how.folder = folder_.path() / "trail";
    const auto trail = FileTrail::open(how);
    ASSERT_TRUE(trail) << trail.error().text();
    for (const auto& [allow, version] : offers) {
      AuditEvent event;
      event.time = *base::parse_time("2026-01-31T12:00:00Z");
      event.gate = "policy";
      event.action = "policy.load";
      event.resource = "access.yaml";
      event.decision.allow = allow;
      event.decision.policy = version;
      event.decision.reason = allow ? "serves" : "line 3 is broken";
      ASSERT_TRUE((*trail)->append(event));
    }
  }

  base::TempDir folder_ = *base::TempDir::create("authz-status");
};

TEST_F(AuthzStatusTest, NothingThereIsSaid) {
  const AuthzStatus status = look_at_gates(options());
  EXPECT_FALSE(status.is_well());
  ASSERT_EQ(status.gates.size(), 2U);
  for (const GateAnswer& gate : status.gates) {
    EXPECT_FALSE(gate.answers);
    EXPECT_NE(gate.problem, "");
  }
  EXPECT_NE(status.engine_problem, "");
  EXPECT_NE(status.trail.problem, "");
}

TEST_F(AuthzStatusTest, TrailTellsWhichPolicyServes) {
  write_trail({{true, "sha256:one"}, {true, "sha256:two"}});
  AuthzStatus status = look_at_gates(options());
  EXPECT_EQ(status.policy.version, "sha256:two");
  EXPECT_EQ(status.policy.name, "access.yaml");
  EXPECT_EQ(status.policy.problem, "");
  EXPECT_EQ(status.trail.problem, "");
  EXPECT_GE(status.trail.last_line, 3U);
  EXPECT_NE(status.trail.signed_at, "");
  write_trail({{false, "sha256:two"}});
  status = look_at_gates(options());
  EXPECT_EQ(status.policy.version, "sha256:two");
  EXPECT_EQ(status.policy.problem, "line 3 is broken");
}

TEST_F(AuthzStatusTest, DecisionsNameThePolicyWhereItsLoadIsLongPast) {
  TrailOptions how;
  how.folder = folder_.path() / "trail";
  {
    const auto trail = FileTrail::open(how);
    ASSERT_TRUE(trail) << trail.error().text();
    for (const char* version : {"sha256:one", "sha256:two", ""}) {
      AuditEvent event;
      event.time = *base::parse_time("2026-01-31T12:00:00Z");
      event.gate = "guard";
      event.action = "containers.list";
      event.decision.policy = version;
      ASSERT_TRUE((*trail)->append(event));
    }
  }
  const AuthzStatus status = look_at_gates(options());
  EXPECT_EQ(status.policy.version, "sha256:two");
  EXPECT_EQ(status.policy.since, "");
}

TEST_F(AuthzStatusTest, DaemonsVersionTellsWhatIsOpenToAPluginAlone) {
  PQ_ENGINE_OR_SKIP(engine, test_support::EngineDaemon::Kind::Docker);
  StatusOptions how = options();
  how.engine_socket = engine.socket();
  how.guard_socket.clear();
  const AuthzStatus status = look_at_gates(how);
  ASSERT_TRUE(status.engine) << status.engine_problem;
  EXPECT_FALSE(status.bypasses.empty());
  const auto large = std::ranges::find_if(
      status.bypasses, [](const BypassState& one) { return one.bypass->id == "CVE-2026-34040"; });
  ASSERT_NE(large, status.bypasses.end());
  EXPECT_EQ(large->guard, Answer::Closed);
  for (const BypassState& one : status.bypasses)
    EXPECT_LE(one.guard, one.plugin) << one.bypass->id << ": the guard sees what the plugin sees";
}

} // namespace

} // namespace portique::access
