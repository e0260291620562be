#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <latch>
#include <new>
#include <ostream>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "portique/base/digest.h"
#include "portique/base/file.h"
#include "portique/base/lockdown.h"
#include "portique/base/parallel.h"
#include "portique/base/sandbox.h"

#define PQ_SKIP_IF_SANITIZED()                                                                     \
  if (kSanitized) GTEST_SKIP() << "builds with a sanitizer have no filter and no memory limit"

namespace portique::base {
namespace {

using testing::HasSubstr;

using Body = std::function<Result<void>(WorkerContext&)>;

/// What becomes of a child that runs `body`.
Result<void> outcome(Body body, WorkerOptions options = {}) {
  auto worker = PQ_TRY(Worker::start({.prepare = {}, .run = std::move(body)}, std::move(options)));
  return worker.finish();
}

std::size_t open_descriptors() {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

// --- what a child can do ----------------------------------------------------------------------

TEST(Sandbox, AnswersAndEnds) {
  auto worker = Worker::start({.prepare = {},
                               .run = [](WorkerContext& context) -> Result<void> {
                                 const Message question = PQ_TRY(context.channel.receive(100));
                                 return context.channel.send(
                                     question.type + 1, as_bytes("you said " + question.payload));
                               }},
                              {});
  ASSERT_TRUE(worker.has_value()) << worker.error().text();
  ASSERT_TRUE(worker->send(41, as_bytes("hello")).has_value());
  const auto answer = worker->receive(100);
  ASSERT_TRUE(answer.has_value()) << answer.error().text();
  EXPECT_EQ(answer->type, 42U);
  EXPECT_EQ(answer->payload, "you said hello");
  const auto ended = worker->finish();
  EXPECT_TRUE(ended.has_value()) << ended.error().text();
  EXPECT_FALSE(has_children());
}

TEST(Sandbox, ReadsDescriptorsThatComeOverTheChannel) {
  auto worker = Worker::start({.prepare = {},
                               .run = [](WorkerContext& context) -> Result<void> {
                                 while (true) {
                                   const Message message = PQ_TRY(context.channel.receive(0));
                                   if (!message.fd) return {};
                                   std::array<std::byte, 4> head{};
                                   PQ_TRY(read_exact_at(*message.fd, 0, head));
                                   PQ_TRY(context.channel.send(1, head));
                                 }
                               }},
                              {});
  ASSERT_TRUE(worker.has_value()) << worker.error().text();
  for (int i = 0; i < 200; ++i) { // more than the child may have open at a time
    const auto file = open_file("/proc/self/exe");
    ASSERT_TRUE(worker->send(1, {}, &*file).has_value());
    const auto head = worker->receive(4);
    ASSERT_TRUE(head.has_value()) << head.error().text();
    EXPECT_EQ(head->payload, "\177ELF");
  }
  ASSERT_TRUE(worker->send(2, {}).has_value());
  EXPECT_TRUE(worker->finish().has_value());
}

TEST(Sandbox, KeepsListedDescriptors) {
  const auto file = open_file("/proc/self/exe");
  WorkerOptions options;
  options.keep = {file->get()};
  const auto result = outcome(
      [&](WorkerContext&) -> Result<void> {
        std::array<std::byte, 4> head{};
        return read_exact_at(*file, 0, head);
      },
      options);
  EXPECT_TRUE(result.has_value()) << result.error().text();
  options.keep = {STDOUT_FILENO};
  EXPECT_EQ(Worker::start({{}, [](WorkerContext&) -> Result<void> { return {}; }}, options)
                .error()
                .code(),
            Code::InvalidArgument);
}

TEST(Sandbox, AllowsWhatParsersDo) {
  const auto result = outcome([](WorkerContext&) -> Result<void> {
    std::vector<std::string> blocks;
    for (std::size_t size = 1; size < (32U << 20U); size *= 2)
      blocks.emplace_back(size, 'x');
    blocks.clear();
    blocks.shrink_to_fit();
    (void)digest_of(as_bytes("text"));
    (void)digest_of(as_bytes("text"), DigestAlgorithm::Sha512);
    try {
      throw std::runtime_error("caught");
    } catch (const std::runtime_error&) {
      (void)std::chrono::system_clock::now();
      (void)std::chrono::steady_clock::now();
    }
    std::printf("to /dev/null\n");
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    rlimit limit{};
    if (::getrlimit(RLIMIT_AS, &limit) != 0) return fail_errno("getrlimit", errno);
    std::array<char, 16> random{};
    if (::getentropy(random.data(), random.size()) != 0) return fail_errno("getentropy", errno);
    struct stat status{};
    if (::fstat(STDIN_FILENO, &status) != 0) return fail_errno("fstat", errno);
    return {};
  });
  EXPECT_TRUE(result.has_value()) << result.error().text();
}

TEST(Sandbox, RunsAPoolThatWasStartedBefore) {
  std::shared_ptr<ThreadPool> pool;
  auto worker = Worker::start(
      {.prepare = [&] { pool = std::make_shared<ThreadPool>(3); },
       .run = [&](WorkerContext& context) -> Result<void> {
         if (pool->threads() != 3) return fail(Code::Io, "there are no threads");
         const auto sums =
             PQ_TRY(collect<std::string>(*pool, 500, [](std::size_t index) -> Result<std::string> {
               std::vector<std::string> many(1000, std::string(index + 100, 'x'));
               return std::to_string(many.size() * many[0].size());
             }));
         return context.channel.send(1, as_bytes(sums[499]));
       }},
      {});
  ASSERT_TRUE(worker.has_value()) << worker.error().text();
  const auto answer = worker->receive(100);
  ASSERT_TRUE(answer.has_value()) << answer.error().text();
  EXPECT_EQ(answer->payload, "599000");
  EXPECT_TRUE(worker->finish().has_value());
}

TEST(Sandbox, CanBeStartedFromAThreadWithAnArenaOfItsOwn) {
  // Shrinking such an arena makes glibc open a file of /proc.
  std::jthread([] {
    const std::vector<std::string> warm(1000, std::string(1000, 'x'));
    const auto result = outcome([](WorkerContext&) -> Result<void> {
      std::vector<std::string> blocks(1000, std::string(60'000, 'x'));
      while (!blocks.empty())
        blocks.pop_back();
      return {};
    });
    EXPECT_TRUE(result.has_value()) << result.error().text();
  }).join();
}

TEST(Sandbox, HasASpool) {
  WorkerOptions options;
  options.spool_bytes = 8ULL << 20U;
  const auto result = outcome(
      [](WorkerContext& context) -> Result<void> {
        const std::string block(1 << 20, 's');
        for (int i = 0; i < 8; ++i)
          if (::pwrite(context.spool.get(), block.data(), block.size(), i << 20) != 1 << 20)
            return fail_errno("cannot fill the spool", errno);
        if (::pwrite(context.spool.get(), "x", 1, 8 << 20) != -1 || errno != EFBIG)
          return fail(Code::Io, "the spool has no end");
        if (::ftruncate(context.spool.get(), (8 << 20) + 1) != -1)
          return fail(Code::Io, "the spool can be stretched");
        std::array<std::byte, 3> back{};
        PQ_TRY(read_exact_at(context.spool, (8 << 20) - 3, back));
        if (as_text(back) != "sss") return fail(Code::Io, "the spool lost data");
        return {};
      },
      options);
  EXPECT_TRUE(result.has_value()) << result.error().text();
  EXPECT_TRUE(outcome([](WorkerContext& context) -> Result<void> {
                if (context.spool.valid()) return fail(Code::Io, "nobody asked for a spool");
                return {};
              }).has_value());
}

TEST(Sandbox, WorksForAnUnprivilegedUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "every other test here shows it";
  const pid_t pid = ::fork();
  if (pid == 0) {
    if (::setresuid(65534, 65534, 65534) != 0) ::_exit(2);
    const auto result = outcome([](WorkerContext&) -> Result<void> { return {}; });
    ::_exit(result ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

// --- what a child cannot do -------------------------------------------------------------------

struct Forbidden {
  const char* name;
  long (*attempt)(WorkerContext&);
};

void PrintTo(const Forbidden& forbidden, std::ostream* out) {
  *out << forbidden.name;
}

const Forbidden kForbidden[] = {
    {"open", [](auto&) -> long { return ::syscall(SYS_open, "/etc/passwd", O_RDONLY); }},
    {"openat", [](auto&) -> long { return ::openat(AT_FDCWD, "/etc/passwd", O_RDONLY); }},
    {"openat2", [](auto&) -> long { return ::syscall(SYS_openat2, AT_FDCWD, "/", nullptr, 0); }},
    {"creat", [](auto&) -> long { return ::creat("/tmp/portique-was-here", 0600); }},
    {"unlink", [](auto&) -> long { return ::unlink("/tmp/portique-was-here"); }},
    {"stat",
     [](auto&) -> long {
       struct stat status{};
       return ::stat("/etc/passwd", &status);
     }},
    {"access", [](auto&) -> long { return ::access("/etc/passwd", R_OK); }},
    {"socket_inet", [](auto&) -> long { return ::socket(AF_INET, SOCK_STREAM, 0); }},
    {"socket_unix", [](auto&) -> long { return ::socket(AF_UNIX, SOCK_STREAM, 0); }},
    {"socketpair",
     [](auto&) -> long {
       std::array<int, 2> ends{};
       return ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data());
     }},
    {"connect",
     [](auto& context) -> long {
       sockaddr address{};
       return ::connect(context.channel.socket().get(), &address, sizeof(address));
     }},
    {"execve", [](auto&) -> long { return ::execl("/bin/true", "true", nullptr); }},
    {"fork", [](auto&) -> long { return ::fork(); }},
    {"clone3", [](auto&) -> long { return ::syscall(SYS_clone3, nullptr, 0); }},
    {"thread",
     [](auto&) -> long {
       std::jthread([] {}).join();
       return 0;
     }},
    {"ptrace", [](auto&) -> long { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }},
    {"process_vm_readv",
     [](auto&) -> long {
       return ::syscall(SYS_process_vm_readv, ::getpid(), nullptr, 0, nullptr, 0, 0);
     }},
    {"kill_other", [](auto&) -> long { return ::kill(1, 0); }},
    {"tgkill_other", [](auto&) -> long { return ::syscall(SYS_tgkill, 1, 1, 0); }},
    {"pidfd_open", [](auto&) -> long { return ::syscall(SYS_pidfd_open, 1, 0); }},
    {"mmap_exec",
     [](auto&) -> long {
       return ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
              MAP_FAILED;
     }},
    {"mprotect_exec",
     [](auto&) -> long {
       void* page =
           ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
       return ::mprotect(page, 4096, PROT_READ | PROT_EXEC);
     }},
    {"pkey_mprotect",
     [](auto&) -> long { return ::syscall(SYS_pkey_mprotect, nullptr, 0, PROT_EXEC, -1); }},
    {"memfd_create", [](auto&) -> long { return ::memfd_create("x", 0); }},
    {"io_uring", [](auto&) -> long { return ::syscall(SYS_io_uring_setup, 1, nullptr); }},
    {"bpf", [](auto&) -> long { return ::syscall(SYS_bpf, 0, nullptr, 0); }},
    {"userfaultfd", [](auto&) -> long { return ::syscall(SYS_userfaultfd, 0); }},
    {"prctl", [](auto&) -> long { return ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); }},
    {"seccomp", [](auto&) -> long { return ::syscall(SYS_seccomp, 0, 0, nullptr); }},
    {"setrlimit",
     [](auto&) -> long {
       const rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
       return ::setrlimit(RLIMIT_AS, &limit);
     }},
    {"sigaction", [](auto&) -> long { return std::signal(SIGXCPU, SIG_IGN) == SIG_ERR; }},
    {"dup", [](auto&) -> long { return ::dup(0); }},
    {"fcntl", [](auto&) -> long { return ::fcntl(0, F_SETFL, 0); }},
    {"ioctl", [](auto&) -> long { return ::syscall(SYS_ioctl, 0, 0x5412 /* TIOCSTI */, "x"); }},
    {"unshare", [](auto&) -> long { return ::syscall(SYS_unshare, 0); }},
    {"mount", [](auto&) -> long { return ::syscall(SYS_mount, "", "/", "", 0, nullptr); }},
};

class SandboxForbids : public testing::TestWithParam<Forbidden> {};

TEST_P(SandboxForbids, TheSystemCall) {
  PQ_SKIP_IF_SANITIZED();
  const auto result = outcome([&](WorkerContext& context) -> Result<void> {
    const long value = GetParam().attempt(context);
    return fail(Code::InvalidArgument, "it returned " + std::to_string(value));
  });
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), Code::WorkerDied);
  EXPECT_EQ(result.error().text(),
            "the sandboxed reader was killed by SIGSYS (a forbidden system call)");
}

INSTANTIATE_TEST_SUITE_P(All,
                         SandboxForbids,
                         testing::ValuesIn(kForbidden),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(Sandbox, ConfinesThreadsOfPrepareToo) {
  PQ_SKIP_IF_SANITIZED();
  std::shared_ptr<ThreadPool> pool;
  auto worker = Worker::start({.prepare = [&] { pool = std::make_shared<ThreadPool>(1); },
                               .run = [&](WorkerContext&) -> Result<void> {
                                 const auto caller = std::this_thread::get_id();
                                 std::latch both(2);
                                 return pool->run(2, [&](std::size_t) -> Result<void> {
                                   both.arrive_and_wait();
                                   if (std::this_thread::get_id() == caller) ::pause();
                                   (void)!::open("/etc/passwd", O_RDONLY);
                                   return {};
                                 });
                               }},
                              {});
  ASSERT_TRUE(worker.has_value()) << worker.error().text();
  EXPECT_THAT(worker->finish().error().text(), HasSubstr("SIGSYS"));
}

TEST(Sandbox, RefusesFilesToPrepareAlready) {
  int error = 0;
  auto worker = Worker::start({.prepare =
                                   [&] {
                                     if (::open("/etc/passwd", O_RDONLY) < 0) error = errno;
                                   },
                               .run = [&](WorkerContext& context) -> Result<void> {
                                 return context.channel.send(static_cast<std::uint32_t>(error), {});
                               }},
                              {});
  ASSERT_TRUE(worker.has_value()) << worker.error().text();
  const auto answer = worker->receive(0);
  ASSERT_TRUE(answer.has_value()) << answer.error().text();
  if (answer->type == 0) GTEST_SKIP() << "this kernel has no Landlock";
  EXPECT_EQ(answer->type, static_cast<std::uint32_t>(EACCES));
}

TEST(Sandbox, ClosesDescriptorsThatAreNotListed) {
  const auto folder = TempDir::create("portique-sandbox");
  const std::string path = folder->path() / "file";
  ASSERT_TRUE(write_file_atomically(path, "before").has_value());
  const Fd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_TRUE(file.valid());
  const auto result = outcome([&](WorkerContext&) -> Result<void> {
    if (::pwrite(file.get(), "after!", 6, 0) >= 0 || errno != EBADF)
      return fail(Code::Io, "written");
    char byte = 0;
    if (::pread(file.get(), &byte, 1, 0) >= 0 || errno != EBADF) return fail(Code::Io, "read");
    return {};
  });
  EXPECT_TRUE(result.has_value()) << result.error().text();
  EXPECT_EQ(read_file(path, 100).value(), "before");
}

// --- limits -----------------------------------------------------------------------------------

TEST(Sandbox, LimitsMemory) {
  PQ_SKIP_IF_SANITIZED();
  WorkerOptions options;
  options.memory_bytes = 64ULL << 20U;
  const auto grow = [](WorkerContext&) -> Result<void> {
    std::vector<std::string> blocks;
    while (true)
      blocks.emplace_back(100'000, 'x');
  };
  const auto result = outcome(grow, options);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), Code::LimitExceeded);
  EXPECT_EQ(result.error().text(), "needs more than 64 MiB of memory to read");
}

TEST(Sandbox, LimitsMemoryWhereNothingCanBeCaught) {
  PQ_SKIP_IF_SANITIZED();
  WorkerOptions options;
  options.memory_bytes = 64ULL << 20U;
  const auto result = outcome(
      [](WorkerContext&) -> Result<void> {
        const auto grow = []() noexcept { return std::string(1ULL << 30U, 'x').size(); };
        return fail(Code::Io, std::to_string(grow()));
      },
      options);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), Code::LimitExceeded);
}

TEST(Sandbox, CountsMemoryFromWhereTheParentStands) {
  PQ_SKIP_IF_SANITIZED();
  constexpr std::size_t kMapped = 4ULL << 30U;
  void* mapped = ::mmap(nullptr, kMapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(mapped, MAP_FAILED);
  WorkerOptions options;
  options.memory_bytes = 64ULL << 20U;
  const auto result = outcome(
      [](WorkerContext&) -> Result<void> {
        const std::string block(32 << 20, 'x');
        return block.empty() ? fail(Code::Io, "empty") : Result<void>();
      },
      options);
  EXPECT_TRUE(result.has_value()) << result.error().text();
  ::munmap(mapped, kMapped);
}

TEST(Sandbox, TurnsAbsurdLengthsIntoTheMemoryLimit) {
  const auto result =
      outcome([](WorkerContext&) -> Result<void> { throw std::length_error("vector::reserve"); });
  EXPECT_EQ(result.error().code(), Code::LimitExceeded);
}

TEST(Sandbox, LimitsCpuTime) {
  WorkerOptions options;
  options.cpu_time = std::chrono::seconds(1);
  const auto result = outcome(
      [](WorkerContext&) -> Result<void> {
        for (std::atomic<std::uint64_t> turns = 0;; ++turns) {
        }
      },
      options);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), Code::WorkerDied);
  EXPECT_EQ(result.error().text(), "the sandboxed reader ran out of its 1 s of CPU time");
}

TEST(Sandbox, LimitsWallTime) {
  WorkerOptions options;
  options.wall_time = std::chrono::milliseconds(200);
  for (const bool hangs_up : {false, true}) {
    const auto begin = std::chrono::steady_clock::now();
    const auto result = outcome(
        [&](WorkerContext& context) -> Result<void> {
          if (hangs_up) ::close(context.channel.socket().get());
          std::this_thread::sleep_for(std::chrono::hours(1));
          return {};
        },
        options);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code(), Code::Timeout);
    EXPECT_EQ(result.error().text(), "the sandboxed reader did not finish within 0.2 s");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
    EXPECT_FALSE(has_children());
  }
}

// --- how it ends ------------------------------------------------------------------------------

TEST(Sandbox, HandsOverTheErrorOfTheTask) {
  auto worker = Worker::start({{},
                               [](WorkerContext&) -> Result<void> {
                                 return std::unexpected(
                                     Error(Code::Malformed, "no such field").at("record 17"));
                               }},
                              {});
  ASSERT_TRUE(worker.has_value());
  const auto answer = worker->receive(100);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code(), Code::Malformed);
  EXPECT_EQ(answer.error().text(), "record 17: no such field");
  EXPECT_EQ(worker->finish().error().text(), "record 17: no such field");
  EXPECT_EQ(worker->send(1, as_bytes("x")).error().text(), "record 17: no such field");
}

TEST(Sandbox, TellsAnEndWithoutAnAnswer) {
  auto worker = Worker::start({{}, [](WorkerContext&) -> Result<void> { return {}; }}, {});
  ASSERT_TRUE(worker.has_value());
  EXPECT_EQ(worker->receive(100).error().text(), "the sandboxed reader ended without an answer");
  EXPECT_TRUE(worker->finish().has_value());
}

TEST(Sandbox, BecomesOneErrorWhenItCrashes) {
  for (const int number : {SIGSEGV, SIGBUS, SIGABRT, SIGILL}) {
    auto worker = Worker::start({{},
                                 [&](WorkerContext& context) -> Result<void> {
                                   PQ_TRY(context.channel.send(1, as_bytes("working")));
                                   ::syscall(SYS_tgkill, ::getpid(), ::gettid(), number);
                                   return {};
                                 }},
                                {});
    ASSERT_TRUE(worker.has_value());
    EXPECT_EQ(worker->receive(100)->payload, "working");
    const auto after = worker->receive(100);
    ASSERT_FALSE(after.has_value());
    EXPECT_EQ(after.error().code(), Code::WorkerDied);
    if (!kSanitized) {
      EXPECT_THAT(after.error().text(), HasSubstr("SIG" + std::string(::sigabbrev_np(number))));
    }
    EXPECT_EQ(worker->finish().error().text(), after.error().text());
  }
  EXPECT_TRUE(outcome([](WorkerContext&) -> Result<void> { return {}; }).has_value())
      << "the parent goes on";
}

TEST(Sandbox, ReportsExceptionsThatNobodyExpects) {
  const auto thrown =
      outcome([](WorkerContext&) -> Result<void> { throw std::runtime_error("from a library"); });
  EXPECT_EQ(thrown.error().text(), "the sandboxed reader failed: from a library");
  EXPECT_EQ(thrown.error().code(), Code::WorkerDied);
  auto unprepared = Worker::start({[] { throw std::runtime_error("no patterns"); },
                                   [](WorkerContext&) -> Result<void> { return {}; }},
                                  {});
  ASSERT_FALSE(unprepared.has_value());
  EXPECT_EQ(unprepared.error().text(), "the sandboxed reader failed: no patterns");
}

TEST(Sandbox, DoesNotTrustWhatAChildSays) {
  const auto lies = outcome([](WorkerContext& context) -> Result<void> {
    PQ_TRY(context.channel.send(kFirstReservedType + 2, as_bytes("no error")));
    return {};
  });
  ASSERT_FALSE(lies.has_value());
  EXPECT_EQ(lies.error().code(), Code::Malformed);
  const auto surplus =
      outcome([](WorkerContext& context) -> Result<void> { return context.channel.send(5, {}); });
  ASSERT_FALSE(surplus.has_value());
  EXPECT_THAT(surplus.error().text(), HasSubstr("nobody asked for"));
  const auto silent_exit = outcome([](WorkerContext&) -> Result<void> { ::_exit(0); });
  EXPECT_EQ(silent_exit.error().code(), Code::WorkerDied);
  auto large = Worker::start({{},
                              [](WorkerContext& context) -> Result<void> {
                                return context.channel.send(5, as_bytes(std::string(101, 'x')));
                              }},
                             {});
  EXPECT_EQ(large->receive(100).error().code(), Code::LimitExceeded);
}

TEST(Sandbox, EndsWithItsWorker) {
  int pid = 0;
  {
    auto worker = Worker::start({{},
                                 [](WorkerContext&) -> Result<void> {
                                   std::this_thread::sleep_for(std::chrono::hours(1));
                                   return {};
                                 }},
                                {});
    ASSERT_TRUE(worker.has_value());
    pid = worker->pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_FALSE(has_children());
}

TEST(Sandbox, DiesWithItsParent) {
  std::array<int, 2> pids{};
  std::array<int, 2> go{};
  ASSERT_EQ(::pipe(pids.data()), 0);
  ASSERT_EQ(::pipe(go.data()), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    auto worker = Worker::start({{},
                                 [](WorkerContext&) -> Result<void> {
                                   std::this_thread::sleep_for(std::chrono::hours(1));
                                   return {};
                                 }},
                                {});
    const int pid = worker ? worker->pid() : 0;
    char byte = 0;
    if (::write(pids[1], &pid, sizeof(pid)) == sizeof(pid)) (void)!::read(go[0], &byte, 1);
    ::kill(::getpid(), SIGKILL); // no destructor runs
  }
  int pid = 0;
  ASSERT_EQ(::read(pids[0], &pid, sizeof(pid)), static_cast<ssize_t>(sizeof(pid)));
  ASSERT_GT(pid, 0);
  const Fd child(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  ASSERT_TRUE(child.valid());
  pollfd waiting{child.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&waiting, 1, 0), 0) << "it lives";
  ASSERT_EQ(::write(go[1], "x", 1), 1);
  EXPECT_EQ(::poll(&waiting, 1, 10'000), 1) << "it dies";
  int status = 0;
  EXPECT_EQ(::waitpid(parent, &status, 0), parent);
  for (const int number : {pids[0], pids[1], go[0], go[1]})
    ::close(number);
}

TEST(Sandbox, LeavesNothingBehind) {
  WorkerOptions options;
  options.spool_bytes = 1 << 20;
  (void)outcome([](WorkerContext&) -> Result<void> { return {}; }, options);
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 100; ++i) {
    const auto result = outcome(
        [i](WorkerContext&) -> Result<void> {
          if (i % 3 == 1) return fail(Code::Malformed, "wrong");
          if (i % 3 == 2) ::raise(SIGKILL);
          return {};
        },
        options);
    EXPECT_EQ(result.has_value(), i % 3 == 0);
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_FALSE(has_children());
}

TEST(Sandbox, WorksWhereTheProgramIgnoresItsChildren) {
  const auto previous = std::signal(SIGCHLD, SIG_IGN);
  EXPECT_TRUE(outcome([](WorkerContext&) -> Result<void> { return {}; }).has_value());
  EXPECT_FALSE(outcome([](WorkerContext&) -> Result<void> { std::abort(); }).has_value());
  std::signal(SIGCHLD, previous);
}

TEST(Sandbox, RunsManyAtOnceFromManyThreads) {
  std::vector<std::jthread> callers;
  for (int i = 0; i < 8; ++i)
    callers.emplace_back([i] {
      auto worker = Worker::start({{},
                                   [i](WorkerContext& context) -> Result<void> {
                                     return context.channel.send(static_cast<std::uint32_t>(i), {});
                                   }},
                                  {});
      ASSERT_TRUE(worker.has_value()) << worker.error().text();
      EXPECT_EQ(worker->receive(0)->type, static_cast<std::uint32_t>(i));
      EXPECT_TRUE(worker->finish().has_value());
    });
}

} // namespace
} // namespace portique::base
