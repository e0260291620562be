#include "portique/base/run_program.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "portique/base/fd.h"
#include "portique/base/file.h"

namespace portique::base {

namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  Fd read;
  Fd write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("cannot make a pipe", errno);
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

/// A file in memory to be read from its start; invalid if there is nothing to read.
Result<Fd> make_input(std::string_view input) {
  if (input.empty()) return Fd();
  Fd file(::memfd_create("input", MFD_CLOEXEC));
  if (!file.valid()) return fail_errno("cannot make a file in memory", errno);
  PQ_TRY(write_all(file, as_bytes(input)));
  if (::lseek(file.get(), 0, SEEK_SET) != 0)
    return fail_errno("cannot rewind a file in memory", errno);
  return file;
}

/// The child's pid; reaped by whoever waits.
Result<pid_t>
spawn(const std::vector<std::string>& arguments, const Fd& in, const Pipe& out, const Pipe& err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (in.valid())
    posix_spawn_file_actions_adddup2(&actions, in.get(), 0);
  else
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.write.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, err.write.get(), 2);
  std::vector<char*> argv;
  for (const std::string& argument : arguments)
    argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  std::vector<char*> environment;
  for (char** variable = environ; *variable != nullptr; ++variable)
    if (std::strncmp(*variable, "LC_ALL=", 7) != 0) environment.push_back(*variable);
  std::string locale = "LC_ALL=C";
  environment.push_back(locale.data());
  environment.push_back(nullptr);
  pid_t child = -1;
  const int failed =
      ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed == ENOENT) return fail(Code::NotFound, "there is no program " + arguments[0]);
  if (failed != 0) return fail_errno("cannot run " + arguments[0], failed);
  return child;
}

/// Reads what is there; false at the end of the stream.
Result<bool> drain(const Fd& from, std::string& into, std::uint64_t limit) {
  std::array<std::byte, 16 * 1024> piece{};
  const std::size_t count = PQ_TRY(read_some(from, piece));
  const std::size_t room = into.size() < limit ? limit - into.size() : 0;
  into += as_text(std::span(piece).first(std::min(count, room)));
  return count > 0;
}

/// Reads both streams to their ends; Code::Timeout after the deadline.
Result<void> collect(Pipe& out,
                     Pipe& err,
                     ProgramOutput& output,
                     const ProgramLimits& limits,
                     Clock::time_point deadline) {
  while (out.read.valid() || err.read.valid()) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return fail(Code::Timeout, "no end in sight");
    // poll passes over negative descriptors
    std::array<pollfd, 2> ready{{{out.read.get(), POLLIN, 0}, {err.read.get(), POLLIN, 0}}};
    if (::poll(ready.data(), ready.size(), static_cast<int>(left)) < 0 && errno != EINTR)
      return fail_errno("cannot wait for a program", errno);
    if (ready[0].revents != 0 && !PQ_TRY(drain(out.read, output.out, limits.output_bytes)))
      out.read.reset();
    if (ready[1].revents != 0 && !PQ_TRY(drain(err.read, output.err, limits.output_bytes)))
      err.read.reset();
  }
  return {};
}

/// Exit status, polled until the deadline: a program may close its streams and run on.
Result<int> reap(pid_t child, Clock::time_point deadline) {
  int status = 0;
  while (true) {
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) break;
    if (ended < 0 && errno != EINTR) return fail_errno("cannot wait for a program", errno);
    if (Clock::now() >= deadline) return fail(Code::Timeout, "no end in sight");
    ::usleep(1000);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

Result<ProgramOutput> run_program(const std::vector<std::string>& arguments,
                                  const ProgramLimits& limits,
                                  std::string_view input) {
  if (arguments.empty()) return fail(Code::InvalidArgument, "no program to run");
  Pipe out = PQ_TRY(make_pipe());
  Pipe err = PQ_TRY(make_pipe());
  const auto deadline = Clock::now() + limits.time;
  const Fd in = PQ_TRY(make_input(input));
  const pid_t child = PQ_TRY(spawn(arguments, in, out, err));
  out.write.reset();
  err.write.reset();

  ProgramOutput output;
  const auto finish = [&]() -> Result<int> {
    PQ_TRY(collect(out, err, output, limits, deadline));
    return reap(child, deadline);
  };
  const auto ended = finish();
  if (ended) {
    output.exit_status = *ended;
    return output;
  }
  ::kill(child, SIGKILL);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (ended.error().code() == Code::Timeout)
    return fail(Code::Timeout, arguments[0] + " did not end in time");
  return std::unexpected(ended.error());
}

} // namespace portique::base
