// The plugin behind a real dockerd.

#include <filesystem>
#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "portique/access/guard/guard_test_support.h"
#include "portique/access/plugin/plugin.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"
#include "portique/test_support/certificates.h"
#include "portique/test_support/engine_daemon.h"
#include "portique/test_support/raw_client.h"

namespace portique::access {

namespace {

namespace fs = std::filesystem;
using test_support::EngineDaemon;
using test_support::RawClient;
using testing::HasSubstr;
using testing::StartsWith;

/// A plugin and the thread that it runs on.
class RunningPlugin {
public:
  RunningPlugin(const fs::path& socket, Judge& judge) {
    PluginOptions options;
    options.socket = socket;
    auto plugin = Plugin::listen(options, judge);
    if (!plugin) {
      ADD_FAILURE() << plugin.error().text();
      return;
    }
    plugin_ = *std::move(plugin);
    thread_ = std::jthread([this] { EXPECT_TRUE(plugin_->run()); });
  }

  ~RunningPlugin() {
    if (plugin_) plugin_->stop();
  }

  RunningPlugin(const RunningPlugin&) = delete;
  RunningPlugin& operator=(const RunningPlugin&) = delete;

private:
  std::unique_ptr<Plugin> plugin_;
  std::jthread thread_;
};

std::string post(const std::string& target, const std::string& headers, const std::string& body) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Length: {}\r\n"
                     "{}\r\n{}",
                     target,
                     body.size(),
                     headers,
                     body);
}

TEST(PluginEngine, StandsBehindTheDaemon) {
  if (::geteuid() != 0) GTEST_SKIP() << "a daemon of its own needs root";
  const auto folder = *base::TempDir::create("portique-plugin");
  if (!test_support::make_certificates(folder.path())) GTEST_SKIP() << "no openssl program";
  StandInJudge judge;
  judge.wants_answers = true;
  const std::string name = fmt::format("portique-test-{}", ::getpid());
  const fs::path socket = folder.path() / "plugin.sock";
  auto plugin = std::make_unique<RunningPlugin>(socket, judge);
  PQ_ENGINE_OR_SKIP(engine,
                    EngineDaemon::Kind::Docker,
                    folder.path(),
                    {fmt::format("plugin:{}={}", name, socket.string())});

  // Over the socket nobody has a name.
  EXPECT_FALSE(engine.run({"version", "--format", "{{.Server.Version}}"}).empty());
  EXPECT_EQ(judge.caller().proof, Proof::None);
  EXPECT_EQ(judge.asked().back().body_state, BodyState::Unseen);

  // Bodies of JSON are shown, and what became of the request is told.
  const std::string json = "Content-Type: application/json\r\n";
  auto answer = RawClient::to(engine.socket())
                    .ask(post("/v1.41/containers/create", json, R"({"Image":"absent"})"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 404"));
  EXPECT_EQ(judge.asked().back().body, R"({"Image":"absent"})");
  ASSERT_FALSE(judge.completed_calls().empty());
  EXPECT_EQ(judge.completed_calls().back().first, 0); // the daemon does not tell of failures more
  answer = RawClient::to(engine.socket()).ask(post("/v1.41/containers/prune", "", ""));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(judge.completed_calls().back().first, 200);
  EXPECT_THAT(judge.completed_calls().back().second, HasSubstr("SpaceReclaimed"));

  // What the daemon does not forward is not taken for an empty body.
  answer = RawClient::to(engine.socket())
               .ask(post("/v1.41/containers/create",
                         json,
                         std::string(1U << 20U, ' ') + R"({"Image":"hidden"})"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 404"));
  EXPECT_EQ(judge.asked().back().body_state, BodyState::Unseen);

  // Certificates have names.
  const auto with_certificate =
      base::run_program({"curl",
                         "-sS",
                         "--cacert",
                         folder.path() / "ca.pem",
                         "--cert",
                         folder.path() / "cert.pem",
                         "--key",
                         folder.path() / "key.pem",
                         fmt::format("https://127.0.0.1:{}/v1.41/info", engine.port())});
  // The daemon's network is its own: only if it can be reached.
  if (with_certificate && with_certificate->exit_status == 0) {
    EXPECT_EQ(judge.caller().proof, Proof::Certificate);
    EXPECT_EQ(judge.caller().user, "cert.pem");
    EXPECT_EQ(judge.caller().certificate.size(), 64);
  }

  // A no is a no, with its reason.
  judge.allows = [](const EngineRequest& request) { return request.method != "DELETE"; };
  answer =
      RawClient::to(engine.socket())
          .ask("DELETE /v1.41/containers/web HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(answer, HasSubstr("authorization denied by plugin " + name + ": the test says no"));

  // A plugin that was away serves again without a restart of the daemon.
  plugin.reset();
  plugin = std::make_unique<RunningPlugin>(socket, judge);
  EXPECT_EQ(engine.run({"ps", "-q"}), "");
}

} // namespace

} // namespace portique::access
