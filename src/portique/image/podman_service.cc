#include "portique/image/podman_service.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <string>
#include <thread>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "portique/base/text.h"
#include "portique/image/engine_socket.h"

namespace portique::image {

using base::Code;
using base::fail;

namespace {

constexpr std::chrono::seconds kPatience{20};
/// It ends by itself so long after the last request, should this process be killed.
constexpr const char* kIdleSeconds = "60";
constexpr std::uint64_t kLogBytes = 64ULL * 1024;

} // namespace

base::Result<std::shared_ptr<PodmanService>> PodmanService::start() {
  // Shared by the engines that talk to it and the feeds that they make.
  auto service = std::shared_ptr<PodmanService>(
      new PodmanService(PQ_TRY(base::TempDir::create("portique-podman"))));
  PQ_TRY(service->run());
  PQ_TRY(service->wait_until_it_listens());
  return service;
}

PodmanService::~PodmanService() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

base::Result<void> PodmanService::run() {
  std::string address = "unix://" + socket().string();
  const std::string log = (folder_.path() / "log").string();
  std::array<std::string, 6> words{"podman", "system", "service", "--time", kIdleSeconds, address};
  std::array<char*, 7> argv{};
  std::ranges::transform(words, argv.begin(), [](std::string& word) { return word.data(); });
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  const int failed = ::posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed == 0) return {};
  pid_ = -1;
  if (failed == ENOENT)
    return fail(Code::NotFound, "podman is not here: it has no socket and no program");
  return base::fail_errno("cannot run podman", failed);
}

base::Result<void> PodmanService::wait_until_it_listens() {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (connect_error(socket()) != 0) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      const auto log = base::read_file(folder_.path() / "log", kLogBytes);
      std::string_view why = log ? base::trim(*log) : std::string_view{};
      why = why.substr(why.rfind('\n') + 1); // the last line; all if there is one only
      return fail(Code::Network,
                  "podman's service does not start: " + base::printable(why.substr(0, 500)));
    }
    if (std::chrono::steady_clock::now() > deadline)
      return fail(Code::Timeout, "podman's service does not start in time");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return {};
}

} // namespace portique::image
