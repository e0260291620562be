#pragma once

// A real engine of the tests' own (engine_daemon.py): dockerd, podman's service or containerd, with
// its own state, sockets and name spaces, taken down with this object.

#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "portique/base/run_program.h"
#include "portique/test_support/script_server.h"

namespace portique::test_support {

class EngineDaemon {
public:
  enum class Kind : unsigned char { Docker, Podman, Containerd };

  /// The engine, or why there is none here. With `certificates` (a folder of make_certificates())
  /// Docker listens on a port with TLS, too. `arguments` are further ones of Docker's daemon;
  /// "plugin:NAME=SOCKET" stands for an authorization plugin, the only one that it sees,
  /// "known-plugin:..." for one that it is not told to ask.
  static std::variant<EngineDaemon, std::string>
  start(Kind kind,
        const std::filesystem::path& certificates = {},
        const std::vector<std::string>& arguments = {});

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  [[nodiscard]] std::filesystem::path socket() const { return folder_ / "engine.sock"; }

  /// "unix:///..."
  [[nodiscard]] std::string address() const { return "unix://" + socket().string(); }

  /// Of the TLS listener.
  [[nodiscard]] int port() const { return port_; }

  /// Runs the engine's own client (docker, podman --remote, ctr) on it; its standard output without
  /// the final newline. Fails the test if the client fails.
  [[nodiscard]] std::string run(std::vector<std::string> arguments) const;

private:
  EngineDaemon(ScriptServer server, Kind kind, std::filesystem::path folder, int port)
      : server_(std::move(server)), kind_(kind), folder_(std::move(folder)), port_(port) {}

  ScriptServer server_;
  Kind kind_;
  std::filesystem::path folder_;
  int port_ = 0;
};

} // namespace portique::test_support

/// In a test body: `name` becomes an engine, or the test is skipped with the reason.
#define PQ_ENGINE_OR_SKIP(name, ...)                                                               \
  const auto name##_started = ::portique::test_support::EngineDaemon::start(__VA_ARGS__);          \
  if (const auto* name##_reason = std::get_if<std::string>(&name##_started))                       \
    GTEST_SKIP() << *name##_reason;                                                                \
  const auto& name = std::get<::portique::test_support::EngineDaemon>(name##_started)
