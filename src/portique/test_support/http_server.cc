#include "portique/test_support/http_server.h"

#include <array>
#include <string>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace portique::test_support {

std::optional<HttpServer> HttpServer::start(const std::filesystem::path& folder,
                                            const std::string& how) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0)
    return std::nullopt;
  std::string python = "python3";
  std::string script = PORTIQUE_SOURCE_DIR "/src/portique/test_support/http_server.py";
  std::string root = folder.string();
  std::string listen = how;
  std::array<char*, 5> argv{python.data(), script.data(), root.data(), listen.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  pid_t pid = -1;
  const int failed = ::posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  std::string line; // the server's first line is its port
  char c = 0;
  while (failed == 0 && ::read(out[0], &c, 1) == 1 && c != '\n')
    line += c;
  ::close(out[0]);
  if (line.empty()) {
    ::close(in[1]);
    if (failed == 0) ::waitpid(pid, nullptr, 0);
    return std::nullopt;
  }
  const std::string scheme = how.starts_with("tls:") ? "https" : "http";
  return HttpServer(pid, in[1], scheme + "://127.0.0.1:" + line);
}

HttpServer::~HttpServer() {
  if (keep_alive_ < 0) return;
  ::close(keep_alive_);
  ::waitpid(pid_, nullptr, 0);
}

HttpServer::HttpServer(HttpServer&& other) noexcept
    : pid_(other.pid_), keep_alive_(std::exchange(other.keep_alive_, -1)),
      origin_(std::move(other.origin_)) {}

std::string HttpServer::url(const std::string& path) const {
  return origin_ + path;
}

} // namespace portique::test_support
