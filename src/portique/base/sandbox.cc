#include "portique/base/sandbox.h"

// The order in the child matters. Changing ids clears the parent-death signal, so that one is set
// after it. Landlock and capabilities belong to a thread and are inherited by those that it starts,
// so they come before `prepare`; the system-call filter reaches all threads at once and forbids to
// start more, so it comes last. The child always leaves by _exit: exit handlers and buffers of the
// parent are not its own to run or flush.

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "portique/base/digest.h"
#include "portique/base/lockdown.h"

namespace portique::base {

namespace {

constexpr std::uint32_t kReadyType = kFirstReservedType;
constexpr std::uint32_t kDoneType = kFirstReservedType + 1;
constexpr std::uint32_t kErrorType = kFirstReservedType + 2;

/// Exit status where there was not even the memory to say so.
constexpr int kOutOfMemoryStatus = 101;
/// Exit status where the parent is gone and nobody listens.
constexpr int kNobodyListensStatus = 102;

/// How long a child that has said its last word, or has hung up, may take to end.
constexpr auto kGrace = std::chrono::seconds(2);

/// Everything the child needs, made by the parent before the fork.
struct Setup {
  WorkerTask task;
  WorkerOptions options;
  Fd socket;
  Fd spool;
  pid_t parent = 0;
};

std::string memory_sentence(std::uint64_t memory_bytes) {
  return "needs more than " + std::to_string(memory_bytes >> 20U) + " MiB of memory to read";
}

// --- the child --------------------------------------------------------------------------------

/// Handlers of the parent are not to run in the child. A sanitizer's own stay: they report.
void reset_signals() {
  if constexpr (!kSanitized) {
    struct sigaction standard{};
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number)
      ::sigaction(number, &standard, nullptr);
  }
  // A write beyond the largest size fails with EFBIG instead of killing.
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGXFSZ, &ignore, nullptr);
  sigset_t none{};
  sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

/// An exception that nobody can catch (in a noexcept function, in a thread) is mostly want of
/// memory; the parent then says so.
[[noreturn]] void leave_on_terminate() {
  try {
    if (std::current_exception()) std::rethrow_exception(std::current_exception());
  } catch (const std::bad_alloc&) {
    ::_exit(kOutOfMemoryStatus);
  } catch (...) { // the abort below says that it was something else
  }
  std::abort();
}

Result<void> require(Result<Applied> applied, bool optional) {
  if (!applied) return std::unexpected(std::move(applied).error());
  if (*applied == Applied::Unavailable && !optional)
    return fail(Code::Unsupported,
                "this kernel has no system-call filter (seccomp), so hostile input cannot be read "
                "safely");
  return {};
}

Result<void> die_with_parent(pid_t parent) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
    return fail_errno("cannot tie the child to its parent", errno);
  if (::getppid() != parent) ::_exit(kNobodyListensStatus);
  return {};
}

Result<void> confine(const Setup& setup, const Channel& channel) {
  const auto& options = setup.options;
  reset_signals();
  std::set_terminate(leave_on_terminate);
  ::prctl(PR_SET_NAME, options.name.c_str(), 0, 0, 0);
  std::vector<int> keep = options.keep;
  keep.push_back(channel.socket().get());
  if (setup.spool.valid()) keep.push_back(setup.spool.get());
  PQ_TRY(restrict_descriptors(keep));

  // Goes on without a protection only where that was asked for.
  const auto checked = [&](Result<void> result) -> Result<void> {
    if (options.allow_unconfined) return {};
    return result;
  };
  PQ_TRY(checked(drop_privileges()));
  PQ_TRY(die_with_parent(setup.parent));
  PQ_TRY(limit_resources({
      .memory_bytes = options.memory_bytes,
      .cpu_seconds = static_cast<std::uint64_t>(options.cpu_time.count()),
      .file_bytes = options.spool_bytes,
      .descriptors =
          static_cast<std::uint64_t>(std::ranges::max(keep)) + 1 + options.received_descriptors,
  }));
  PQ_TRY(checked(require(restrict_files(), true)));
  if (setup.task.prepare) setup.task.prepare();
  return checked(require(restrict_system_calls(), kSanitized));
}

Result<void> confine_and_run(const Setup& setup, Channel& channel) {
  try {
    PQ_TRY(confine(setup, channel));
    PQ_TRY(channel.send(kReadyType, {}));
    WorkerContext context{channel, setup.spool};
    return setup.task.run(context);
  } catch (const std::bad_alloc&) {
    return fail(Code::LimitExceeded, memory_sentence(setup.options.memory_bytes));
  } catch (const std::length_error&) {
    return fail(Code::LimitExceeded, memory_sentence(setup.options.memory_bytes));
  } catch (const std::exception& error) {
    return fail(Code::WorkerDied, std::string("the sandboxed reader failed: ") + error.what());
  }
}

[[noreturn]] void child_main(Setup& setup) {
  int status = 0;
  try {
    Channel channel(std::move(setup.socket));
    auto result = confine_and_run(setup, channel);
    if (result)
      result = channel.send(kDoneType, {});
    else
      result = channel.send(kErrorType, as_bytes(encode_error(result.error())));
    if (!result) status = kNobodyListensStatus;
  } catch (...) { // only want of memory is left to be thrown
    status = kOutOfMemoryStatus;
  }
  ::_exit(status);
}

// --- the parent -------------------------------------------------------------------------------

/// How the process ended; `code` and `status` are those of waitid.
struct Ending {
  bool known = false;
  int code = 0;
  int status = 0;
};

std::string signal_sentence(int number, const WorkerOptions& options) {
  const std::string reader = "the sandboxed reader ";
  switch (number) {
  case SIGXCPU:
    return reader + "ran out of its " + std::to_string(options.cpu_time.count()) + " s of CPU time";
  case SIGSYS:
    return reader + "was killed by SIGSYS (a forbidden system call)";
  case SIGSEGV:
  case SIGBUS:
    return reader + "was killed by " + (number == SIGBUS ? "SIGBUS" : "SIGSEGV") +
           " (a bad memory access)";
  case SIGABRT:
    return reader + "was killed by SIGABRT (it found itself broken)";
  case SIGKILL:
    return reader + "was killed by SIGKILL (by the system, when memory runs out, or by hand)";
  default:
    const char* name = ::sigabbrev_np(number);
    return reader + "was killed by signal " +
           (name != nullptr ? "SIG" + std::string(name) : std::to_string(number));
  }
}

Error death(const Ending& ending, const WorkerOptions& options) {
  if (ending.known && ending.code != CLD_EXITED)
    return {Code::WorkerDied, signal_sentence(ending.status, options)};
  if (ending.known && ending.status == kOutOfMemoryStatus)
    return {Code::LimitExceeded, memory_sentence(options.memory_bytes)};
  if (ending.known && ending.status != 0)
    return {Code::WorkerDied,
            "the sandboxed reader ended with status " + std::to_string(ending.status) +
                " and without an answer"};
  return {Code::WorkerDied, "the sandboxed reader ended without an answer"};
}

/// The same file above the standard descriptors, where /dev/null will be put over it.
Result<Fd> above_standard(Fd file) {
  if (file.get() > STDERR_FILENO) return file;
  Fd moved(::fcntl(file.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!moved.valid()) return fail_errno("cannot duplicate a descriptor", errno);
  return moved;
}

Result<Fd> make_spool() {
  Fd spool(::memfd_create("portique-spool", MFD_CLOEXEC));
  if (!spool.valid()) return fail_errno("cannot make a file in memory", errno);
  return above_standard(std::move(spool));
}

Result<void> check_options(const WorkerTask& task, const WorkerOptions& options) {
  if (!task.run) return fail(Code::InvalidArgument, "a worker needs something to run");
  if (options.cpu_time.count() <= 0 || options.wall_time.count() <= 0)
    return fail(Code::InvalidArgument, "a worker needs time");
  for (const int number : options.keep) {
    if (number <= STDERR_FILENO)
      return fail(Code::InvalidArgument, "a worker keeps only descriptors above 2");
  }
  return {};
}

/// OpenSSL reads its configuration when it is used first, which the child could not.
void warm_up() {
  (void)digest_of({}, DigestAlgorithm::Sha256);
  (void)digest_of({}, DigestAlgorithm::Sha512);
}

} // namespace

struct Worker::State {
  State(Fd socket, WorkerOptions wanted, pid_t child)
      : channel(std::move(socket)), options(std::move(wanted)),
        deadline(std::chrono::steady_clock::now() + options.wall_time), pid(child) {
    channel.set_deadline(deadline);
  }

  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ~State() { end_process(); }

  /// Kills and reaps, whatever the child is doing.
  void end_process() {
    if (reaped) return;
    if (process.valid())
      ::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
    else
      ::kill(pid, SIGKILL);
    reap();
  }

  void reap() {
    siginfo_t info{};
    int result = 0;
    do
      result = ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED);
    while (result != 0 && errno == EINTR);
    // Where the program ignores SIGCHLD the kernel has thrown the status away.
    if (result == 0) ending = {true, info.si_code, info.si_status};
    reaped = true;
  }

  /// Gives the child a moment to end by itself; whether it did.
  bool await_end() {
    if (reaped) return true;
    const auto until = std::min(deadline, std::chrono::steady_clock::now() + kGrace);
    pollfd waiting{process.get(), POLLIN, 0};
    int ready = 0;
    do {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      ready = ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
    } while (ready < 0 && errno == EINTR);
    end_process();
    return ready > 0;
  }

  /// The next message of the task; sets the outcome when there is none.
  Result<Message> next(std::uint64_t payload_limit);

  /// What a failure to receive means for the child.
  Error conclude(Error cause);

  /// What the last message of the child, and its end, come to.
  Result<void> conclude(const Message& last);

  std::mutex receiving;
  Channel channel;
  WorkerOptions options;
  Deadline deadline;
  pid_t pid = 0;
  Fd process; ///< a descriptor of the child, readable when it has ended
  bool reaped = false;
  Ending ending;
  /// Set when the child has said its last word or has died.
  std::optional<Result<void>> outcome;
};

Error Worker::State::conclude(Error cause) {
  const auto timeout = [&] {
    const auto seconds = std::chrono::duration<double>(options.wall_time).count();
    return Error(Code::Timeout,
                 fmt::format("the sandboxed reader did not finish within {:g} s", seconds));
  };
  if (cause.code() == Code::WorkerDied) { // it has hung up
    if (await_end()) return death(ending, options);
    if (std::chrono::steady_clock::now() >= deadline) return timeout();
    return {Code::WorkerDied, "the sandboxed reader hung up without an answer"};
  }
  end_process();
  if (cause.code() == Code::Timeout) return timeout();
  return std::move(cause).at("the sandboxed reader");
}

Result<void> Worker::State::conclude(const Message& last) {
  await_end();
  if (last.type == kErrorType) {
    auto error = decode_error(as_bytes(last.payload));
    if (error) return std::unexpected(*std::move(error));
    return std::unexpected(std::move(error).error().at("the sandboxed reader"));
  }
  const bool clean = !ending.known || (ending.code == CLD_EXITED && ending.status == 0);
  if (!clean) return std::unexpected(death(ending, options));
  return {};
}

Result<Message> Worker::State::next(std::uint64_t payload_limit) {
  const std::scoped_lock lock(receiving);
  if (!outcome) {
    auto message = channel.receive(std::max(payload_limit, kErrorPayloadBytes));
    if (message && message->type != kErrorType && message->type != kDoneType) {
      if (message->payload.size() <= payload_limit) return message;
      message = fail(Code::LimitExceeded,
                     "the answer is larger than " + std::to_string(payload_limit) + " bytes");
    }
    if (message)
      outcome = conclude(*message);
    else
      outcome = std::unexpected(conclude(std::move(message).error()));
  }
  if (!*outcome) return std::unexpected(outcome->error());
  return fail(Code::WorkerDied, "the sandboxed reader ended without an answer");
}

Worker::Worker(std::unique_ptr<State> state) : state_(std::move(state)) {}

Worker::~Worker() = default;
Worker::Worker(Worker&& other) noexcept = default;
Worker& Worker::operator=(Worker&& other) noexcept = default;

Result<Worker> Worker::start(WorkerTask task, WorkerOptions options) {
  PQ_TRY(check_options(task, options));
  warm_up();
  auto [ours, theirs] = PQ_TRY(Channel::socket_pair());
  Setup setup{
      std::move(task), options, PQ_TRY(above_standard(std::move(theirs))), Fd(), ::getpid()};
  if (options.spool_bytes > 0) setup.spool = PQ_TRY(make_spool());
  const pid_t pid = ::fork();
  if (pid < 0) return fail_errno("cannot start the sandboxed reader", errno);
  if (pid == 0) child_main(setup);
  auto state = std::make_unique<State>(std::move(ours), std::move(options), pid);
  setup.socket.reset();
  state->process = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  // Where the program ignores SIGCHLD, nothing is left of a child that has ended already; what it
  // said is still in the channel.
  if (!state->process.valid() && errno == ESRCH) state->reaped = true;
  if (!state->process.valid() && !state->reaped)
    return fail_errno("cannot watch the sandboxed reader", errno);
  Worker worker(std::move(state));
  const Message ready = PQ_TRY(worker.state_->next(0));
  if (ready.type != kReadyType)
    return fail(Code::WorkerDied, "the sandboxed reader did not say that it is ready");
  return worker;
}

Result<void> Worker::send(std::uint32_t type, Bytes payload, const Fd* fd) {
  auto sent = state_->channel.send(type, payload, fd);
  if (sent || sent.error().code() != Code::WorkerDied) return sent;
  // It may have said why before it went; messages of the task before that are of no use any more.
  while (true) {
    auto message = state_->next(Limits{}.worker_answer_bytes);
    if (!message) return std::unexpected(std::move(message).error());
  }
}

Result<Message> Worker::receive(std::uint64_t payload_limit) {
  return state_->next(payload_limit);
}

Result<void> Worker::finish() {
  auto surplus = state_->next(0);
  if (surplus) {
    state_->end_process();
    state_->outcome =
        fail(Code::WorkerDied, "the sandboxed reader sent a message that nobody asked for");
  }
  return *state_->outcome;
}

int Worker::pid() const {
  return state_->pid;
}

} // namespace portique::base
