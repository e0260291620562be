#include "portique/test_support/script_server.h"

#include <array>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace portique::test_support {

std::optional<ScriptServer> ScriptServer::start(const std::string& script,
                                                const std::vector<std::string>& arguments) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0)
    return std::nullopt;
  std::vector<std::string> words{"python3",
                                 PORTIQUE_SOURCE_DIR "/src/portique/test_support/" + script};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  pid_t pid = -1;
  const int failed = ::posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  std::string line;
  char c = 0;
  while (failed == 0 && ::read(out[0], &c, 1) == 1 && c != '\n')
    line += c;
  ::close(out[0]);
  if (line.empty()) {
    ::close(in[1]);
    if (failed == 0) ::waitpid(pid, nullptr, 0);
    return std::nullopt;
  }
  return ScriptServer(pid, in[1], std::move(line));
}

ScriptServer::~ScriptServer() {
  if (keep_alive_ < 0) return;
  ::close(keep_alive_);
  ::waitpid(pid_, nullptr, 0);
}

ScriptServer::ScriptServer(ScriptServer&& other) noexcept
    : pid_(other.pid_), keep_alive_(std::exchange(other.keep_alive_, -1)),
      first_line_(std::move(other.first_line_)) {}

} // namespace portique::test_support
