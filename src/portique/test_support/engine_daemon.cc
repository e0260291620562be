#include "portique/test_support/engine_daemon.h"

#include <array>

#include <gtest/gtest.h>

#include "portique/base/text.h"

namespace portique::test_support {

std::variant<EngineDaemon, std::string>
EngineDaemon::start(Kind kind,
                    const std::filesystem::path& certificates,
                    const std::vector<std::string>& arguments) {
  constexpr std::array kNames{"docker", "podman", "containerd"};
  std::vector<std::string> all{kNames[static_cast<std::size_t>(kind)], certificates.string()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  auto server = ScriptServer::start("engine_daemon.py", all);
  if (!server) return std::string("python3 is not installed");
  const auto words = base::split(server->first_line(), ' ');
  if (words.size() != 3 || words[0] != "ready") return server->first_line();
  std::filesystem::path folder(words[1]);
  const int port = base::parse_int<int>(words[2]).value_or(0);
  return EngineDaemon(*std::move(server), kind, std::move(folder), port);
}

std::string EngineDaemon::run(std::vector<std::string> arguments) const {
  std::vector<std::string> command;
  switch (kind_) {
  case Kind::Docker:
    command = {"env", "DOCKER_BUILDKIT=0", "docker", "-H", address()};
    break;
  case Kind::Podman:
    command = {"podman", "--remote", "--url", address()};
    break;
  case Kind::Containerd:
    command = {"ctr", "-a", socket().string()};
    break;
  }
  command.insert(command.end(), arguments.begin(), arguments.end());
  base::ProgramLimits limits;
  limits.time = std::chrono::minutes(2);
  const auto output = base::run_program(command, limits);
  if (!output) {
    ADD_FAILURE() << output.error().text();
    return {};
  }
  EXPECT_EQ(output->exit_status, 0) << arguments.front() << ": " << output->err;
  return std::string(base::trim(output->out));
}

} // namespace portique::test_support
