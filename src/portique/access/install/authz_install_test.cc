#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "portique/access/install/authz_install.h"
#include "portique/access/install/engine_probe.h"
#include "portique/access/install/unit_files.h"
#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/http/server.h"
#include "portique/test_support/engine_daemon.h"

namespace portique::access {

namespace {

namespace fs = std::filesystem;

/// A plugin that lets everything through.
class PermissivePlugin {
public:
  explicit PermissivePlugin(const fs::path& socket) {
    fs::create_directories(socket.parent_path());
    http::ServerOptions options;
    options.endpoint = http::UnixEndpoint{.path = socket};
    server_ = *http::Server::listen(options, [this](const http::Request& request) {
      asked_ += request.target == "/AuthZPlugin.AuthZReq" ? 1 : 0;
      const bool activate = request.target == "/Plugin.Activate";
      return http::Response{.headers = {{"Content-Type", "application/json"}},
                            .body = activate ? R"({"Implements":["authz"]})" : R"({"Allow":true})"};
    });
    thread_ = std::thread([this] { EXPECT_TRUE(server_->run()); });
  }

  ~PermissivePlugin() {
    server_->stop();
    thread_.join();
  }

  /// Requests that it was asked about.
  [[nodiscard]] int asked() const { return asked_; }

private:
  std::atomic<int> asked_{0};
  std::unique_ptr<http::Server> server_;
  std::thread thread_;
};

class AuthzInstallTest : public testing::Test {
protected:
  InstallOptions options() {
    InstallOptions made;
    made.root = folder_.path();
    made.daemon_config = folder_.path() / "daemon.json";
    made.plugin = "portique-test-" + std::to_string(::getpid());
    made.plugin_socket = folder_.path() / "absent-plugin.sock";
    made.engine_socket = folder_.path() / "absent.sock";
    return made;
  }

  std::optional<std::string> content(const fs::path& path) {
    auto text = base::read_file(path, 1U << 20U);
    return text ? std::optional(*text) : std::nullopt;
  }

  base::TempDir folder_ = *base::TempDir::create("authz-install");
};

TEST_F(AuthzInstallTest, DaemonIsNotTouchedWithoutAPluginThatAnswers) {
  auto how = options();
  ASSERT_TRUE(base::write_file_atomically(how.daemon_config, "{\"debug\": true}\n"));
  const auto plan = plan_install(how);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code(), base::Code::Unsupported);
  EXPECT_TRUE(plan.error().text().contains("would end")) << plan.error().text();
  how.daemon = false;
  EXPECT_TRUE(plan_install(how)) << "units alone can be installed";
}

TEST_F(AuthzInstallTest, UninstallRestoresExactly) {
  auto how = options();
  how.plugin_socket = folder_.path() / "plugin.sock";
  const PermissivePlugin plugin(how.plugin_socket);
  const std::string before = "{\n\t\"debug\" : true }";
  ASSERT_TRUE(base::write_file_atomically(how.daemon_config, before));
  const auto plan = plan_install(how);
  ASSERT_TRUE(plan) << plan.error().text();
  EXPECT_EQ(plan->changes.size(), unit_files().size() + 1);
  EXPECT_TRUE(plan->diff().contains("+\t\"authorization-plugins\": [\"" + how.plugin + "\"],"))
      << plan->diff();
  EXPECT_EQ(content(how.daemon_config), before) << "planning changes nothing";
  ASSERT_TRUE(apply_install(*plan, how));
  EXPECT_NE(content(how.daemon_config), before);
  EXPECT_TRUE(plan_install(how)->changes.empty()) << "it is installed";
  const auto back = plan_uninstall(how);
  ASSERT_TRUE(back) << back.error().text();
  ASSERT_TRUE(apply_uninstall(*back, how));
  EXPECT_EQ(content(how.daemon_config), before);
  for (const UnitFile& file : unit_files())
    EXPECT_FALSE(content(folder_.path() / fs::path(file.path).relative_path())) << file.name;
  EXPECT_FALSE(content(folder_.path() / "var/lib/portique/authz-install.json"));
}

TEST_F(AuthzInstallTest, WhatAPackageBroughtIsNotHidden) {
  auto how = options();
  how.daemon = false;
  const UnitFile& service = unit_files().front();
  const fs::path packaged = folder_.path() / fs::path(service.package_path).relative_path();
  fs::create_directories(packaged.parent_path());
  ASSERT_TRUE(base::write_file_atomically(packaged, std::string(service.text)));
  auto plan = plan_install(how);
  ASSERT_TRUE(plan) << plan.error().text();
  EXPECT_EQ(plan->changes.size(), unit_files().size() - 1);
  EXPECT_EQ(plan->notes, (std::vector{packaged.string() + " is there already"}));
  // Another version's unit: the program brings its own.
  ASSERT_TRUE(base::write_file_atomically(packaged, "[Unit]\n"));
  EXPECT_EQ(plan_install(how)->changes.size(), unit_files().size());
}

TEST_F(AuthzInstallTest, ALaterEditOfTheDaemonsConfigurationIsKept) {
  auto how = options();
  how.units = false;
  how.plugin_socket = folder_.path() / "plugin.sock";
  const PermissivePlugin plugin(how.plugin_socket);
  ASSERT_TRUE(apply_install(plan_install(how).value(), how));
  ASSERT_TRUE(base::write_file_atomically(
      how.daemon_config, "{\"authorization-plugins\": [\"" + how.plugin + "\"], \"debug\": true}"));
  const auto back = plan_uninstall(how);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->notes.size(), 1U);
  ASSERT_TRUE(apply_uninstall(*back, how));
  EXPECT_EQ(content(how.daemon_config), "{\n  \"debug\": true\n}\n");
}

TEST_F(AuthzInstallTest, UnitsAreWhatSystemdTakes) {
  auto how = options();
  how.daemon = false;
  ASSERT_TRUE(apply_install(plan_install(how).value(), how));
  const auto unit = folder_.path() / "etc/systemd/system/portique-authz.service";
  // The program that it names is not installed where tests run.
  std::string text = *content(unit);
  const std::string program = "/usr/bin/portique";
  text.replace(text.find(program), program.size(), "/bin/true");
  ASSERT_TRUE(base::write_file_atomically(unit, text));
  const auto verified = base::run_program({"systemd-analyze", "verify", "--man=no", unit.string()});
  if (!verified) GTEST_SKIP() << "systemd-analyze is not installed";
  EXPECT_EQ(verified->exit_status, 0) << verified->err;
  EXPECT_FALSE(verified->err.contains("portique-authz.service:")) << verified->err;
}

/// Links are followed where the engine would follow them, or one in a private /tmp is not seen.
TEST(UnitFiles, LetTheGateSeeTheHostsOwnFiles) {
  const std::string text = "\n" + std::string(unit_files().front().text);
  for (const char* hides : {"PrivateTmp=",
                            "PrivateDevices=",
                            "ProtectHome=yes",
                            "ProtectHome=tmpfs",
                            "RootDirectory=",
                            "RootImage=",
                            "TemporaryFileSystem=",
                            "InaccessiblePaths=",
                            "BindPaths=",
                            "MountImages=",
                            "ProtectProc="})
    EXPECT_FALSE(text.contains("\n" + std::string(hides))) << hides;
  // A gate that is restarted must not take the daemon and its containers along.
  for (const char* ties : {"RequiredBy=", "BindsTo=", "PartOf="})
    EXPECT_FALSE(text.contains("\n" + std::string(ties))) << ties;
}

TEST_F(AuthzInstallTest, ARealDaemonIsReloadedAndLetGo) {
  auto how = options();
  PQ_ENGINE_OR_SKIP(engine,
                    test_support::EngineDaemon::Kind::Docker,
                    {},
                    {"known-plugin:" + how.plugin + "=" + how.plugin_socket.string()});
  how.units = false;
  how.reload = true;
  how.daemon_config = engine.folder() / "daemon.json";
  how.engine_socket = engine.socket();
  ASSERT_TRUE(probe_engine(how.engine_socket)) << "it has finished starting";
  const auto refused = plan_install(how);
  ASSERT_FALSE(refused) << "the plugin does not answer yet";
  {
    const PermissivePlugin plugin(how.plugin_socket);
    const auto installed = apply_install(plan_install(how).value(), how);
    ASSERT_TRUE(installed) << installed.error().text();
    const int asked = plugin.asked();
    EXPECT_TRUE(probe_engine(how.engine_socket));
    EXPECT_GT(plugin.asked(), asked) << "the daemon asks it";
    const auto back = apply_uninstall(plan_uninstall(how).value(), how);
    ASSERT_TRUE(back) << back.error().text();
    const int asked_at_last = plugin.asked();
    EXPECT_TRUE(probe_engine(how.engine_socket));
    EXPECT_EQ(plugin.asked(), asked_at_last) << "it is asked no more";
  }
  EXPECT_EQ(content(how.daemon_config), "{}\n");
  EXPECT_TRUE(probe_engine(how.engine_socket)) << "the daemon lives on without the plugin";
}

} // namespace

} // namespace portique::access
