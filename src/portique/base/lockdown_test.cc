#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "portique/base/fd.h"
#include "portique/base/file.h"
#include "portique/base/lockdown.h"

// Each protection alone, so that one does not hide that another does nothing. What is tried runs in
// a child and comes back as its exit status; the whole of them together is in sandbox_test.cc.

namespace portique::base {
namespace {

constexpr int kNotApplied = 200;
constexpr int kUnavailable = 201;

/// Exit status of a child that runs `body`; 1000 + signal if it was killed.
int in_child(const std::function<int()>& body) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(body());
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

/// The errno of an attempt behind Landlock alone.
int behind_landlock(const std::function<long()>& attempt) {
  return in_child([&] {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return kNotApplied;
    const auto applied = restrict_files();
    if (!applied) return kNotApplied;
    if (*applied == Applied::Unavailable) return kUnavailable;
    return attempt() < 0 ? errno : 0;
  });
}

class Landlock : public testing::Test {
protected:
  void SetUp() override {
    if (behind_landlock([] { return 0; }) == kUnavailable)
      GTEST_SKIP() << "this kernel has no Landlock";
  }
};

TEST_F(Landlock, RefusesToOpenFilesAndFolders) {
  EXPECT_EQ(behind_landlock([] { return ::open("/etc/passwd", O_RDONLY); }), EACCES);
  EXPECT_EQ(behind_landlock([] { return ::open("/dev/null", O_WRONLY); }), EACCES);
  EXPECT_EQ(behind_landlock([] { return ::open("/", O_RDONLY | O_DIRECTORY); }), EACCES);
}

TEST_F(Landlock, RefusesToChangeTheFileSystem) {
  const auto folder = TempDir::create("portique-landlock");
  ASSERT_TRUE(folder.has_value());
  const std::string path = folder->path() / "file";
  const std::string other = folder->path() / "other";
  ASSERT_TRUE(write_file_atomically(path, "content").has_value());
  EXPECT_EQ(behind_landlock([&] { return ::open(other.c_str(), O_CREAT | O_WRONLY, 0600); }),
            EACCES);
  EXPECT_EQ(behind_landlock([&] { return ::unlink(path.c_str()); }), EACCES);
  EXPECT_EQ(behind_landlock([&] { return ::rename(path.c_str(), other.c_str()); }), EACCES);
  EXPECT_EQ(behind_landlock([&] { return ::mkdir(other.c_str(), 0700); }), EACCES);
  EXPECT_EQ(behind_landlock([&] { return ::symlink("x", other.c_str()); }), EACCES);
  EXPECT_EQ(read_file(path, 100).value(), "content");
}

TEST_F(Landlock, RefusesToExecute) {
  EXPECT_EQ(behind_landlock([] { return ::execl("/bin/true", "true", nullptr); }), EACCES);
}

TEST_F(Landlock, ReachesThreadsThatAreStartedLater) {
  EXPECT_EQ(behind_landlock([] {
              int error = 0;
              std::jthread([&] {
                if (::open("/etc/passwd", O_RDONLY) < 0) error = errno;
              }).join();
              errno = error;
              return error == 0 ? 0 : -1;
            }),
            EACCES);
}

TEST_F(Landlock, RefusesTcpWhereTheKernelCan) {
  const int refused = behind_landlock([] {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(9);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  });
  if (refused == ECONNREFUSED) GTEST_SKIP() << "Landlock of this kernel has no network rights";
  EXPECT_EQ(refused, EACCES);
}

TEST_F(Landlock, RefusesToSignalProcessesOutsideWhereTheKernelCan) {
  const int refused = behind_landlock([] { return ::kill(::getppid(), 0); });
  if (refused == 0) GTEST_SKIP() << "Landlock of this kernel has no scopes";
  EXPECT_EQ(refused, EPERM);
}

TEST_F(Landlock, LeavesOpenDescriptorsAlone) {
  const auto file = open_file("/etc/passwd");
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(behind_landlock([&] {
              char byte = 0;
              return ::pread(file->get(), &byte, 1, 0) == 1 ? 0 : -1;
            }),
            0);
}

TEST(DropPrivileges, LeavesNoCapabilityAndNoWayBack) {
  EXPECT_EQ(in_child([] {
              if (!drop_privileges()) return kNotApplied;
              if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) return 1;
              if (::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) return 2;
              if (::getgroups(0, nullptr) != 0 && ::geteuid() == 65534) return 3;
              return 0;
            }),
            0);
  const int status = in_child([] {
    if (!drop_privileges()) return kNotApplied;
    const auto text = read_file("/proc/self/status", 1 << 16);
    // The file belongs to root once the process cannot be dumped, but anybody may read it.
    if (!text) return kUnavailable;
    for (const auto* name : {"CapInh:", "CapPrm:", "CapEff:", "CapAmb:"})
      if (text->find(std::string(name) + "\t0000000000000000\n") == std::string::npos) return 1;
    return 0;
  });
  EXPECT_EQ(status, 0);
}

TEST(DropPrivileges, LeavesRootAndItsBoundingSet) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root has something to leave";
  const int status = in_child([] {
    if (!drop_privileges()) return kNotApplied;
    if (::prctl(PR_CAPBSET_READ, 0, 0, 0, 0) != 0) return 1;
    if (::geteuid() == 0) return kUnavailable;
    return ::setresuid(0, 0, 0) == 0 ? 2 : 0;
  });
  if (status == kUnavailable) GTEST_SKIP() << "this user name space has root alone";
  EXPECT_EQ(status, 0);
}

TEST(RestrictDescriptors, KeepsTheListedOnesAlone) {
  const auto kept = open_file("/etc/passwd");
  const auto closed = open_file("/etc/passwd");
  ASSERT_TRUE(kept.has_value() && closed.has_value());
  EXPECT_EQ(in_child([&] {
              // Descriptors below, between and above the kept ones.
              const int high = ::fcntl(kept->get(), F_DUPFD, 500);
              const std::array keep{kept->get(), 300};
              if (::dup2(closed->get(), 300) != 300) return kNotApplied;
              if (!restrict_descriptors(keep)) return kNotApplied;
              if (::fcntl(kept->get(), F_GETFD) < 0 || ::fcntl(300, F_GETFD) < 0) return 1;
              if (::fcntl(closed->get(), F_GETFD) >= 0 || ::fcntl(high, F_GETFD) >= 0) return 2;
              int open = 0;
              for (int number = 0; number < 1024; ++number)
                open += ::fcntl(number, F_GETFD) >= 0 ? 1 : 0;
              if (open != 5) return 3; // 0, 1, 2 and the two kept
              char byte = 0;
              return ::read(STDIN_FILENO, &byte, 1) == 0 ? 0 : 4; // /dev/null
            }),
            0);
}

TEST(RestrictDescriptors, WorksWithTheStandardStreamsClosed) {
  EXPECT_EQ(in_child([] {
              ::close(STDIN_FILENO);
              ::close(STDOUT_FILENO);
              if (!restrict_descriptors({})) return kNotApplied;
              return ::fcntl(STDIN_FILENO, F_GETFD) >= 0 && ::fcntl(STDOUT_FILENO, F_GETFD) >= 0 &&
                             ::fcntl(3, F_GETFD) < 0
                         ? 0
                         : 1;
            }),
            0);
}

TEST(LimitResources, SetsSoftAndHardLimits) {
  EXPECT_EQ(in_child([] {
              if (!limit_resources({.memory_bytes = 1ULL << 30U,
                                    .cpu_seconds = 7,
                                    .file_bytes = 4096,
                                    .descriptors = 40}))
                return kNotApplied;
              const auto is = [](__rlimit_resource resource, rlim_t soft, rlim_t hard) {
                rlimit limit{};
                ::getrlimit(resource, &limit);
                return limit.rlim_cur == soft && limit.rlim_max == hard;
              };
              if (!is(RLIMIT_CORE, 0, 0)) return 1;
              if (!is(RLIMIT_FSIZE, 4096, 4096)) return 2;
              if (!is(RLIMIT_NOFILE, 40, 40)) return 3;
              if (!is(RLIMIT_CPU, 7, 8)) return 4;
              rlimit memory{};
              ::getrlimit(RLIMIT_AS, &memory);
              if (!kSanitized && (memory.rlim_max < 1ULL << 30U || memory.rlim_max > 2ULL << 30U))
                return 5;
              return 0;
            }),
            0);
}

TEST(RestrictSystemCalls, ForbidsProcessesAndThreadsByLimitToo) {
  EXPECT_EQ(in_child([] {
              if (!restrict_system_calls()) return kNotApplied;
              rlimit limit{};
              ::getrlimit(RLIMIT_NPROC, &limit);
              return limit.rlim_max == 0 ? 0 : 1;
            }),
            0);
}

TEST(RestrictSystemCalls, KillsTheProcessAlone) {
  if (kSanitized) GTEST_SKIP() << "builds with a sanitizer have no system-call filter";
  EXPECT_EQ(in_child([] {
              if (!restrict_system_calls()) return kNotApplied;
              return ::open("/etc/passwd", O_RDONLY) < 0 ? 1 : 2;
            }),
            1000 + SIGSYS);
}

} // namespace
} // namespace portique::base
