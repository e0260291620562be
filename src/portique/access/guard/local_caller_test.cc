#include <array>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "portique/access/guard/local_caller.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"

namespace portique::access {

namespace {

const std::string kId = "5f1ad3e8c2b94a7d6e0f5f1ad3e8c2b94a7d6e0f5f1ad3e8c2b94a7d6e0fabcd";
const std::string kOther = "00000000c2b94a7d6e0f5f1ad3e8c2b94a7d6e0f5f1ad3e8c2b94a7d6e0fabcd";

struct CgroupCase {
  const char* name;
  std::string text;
  std::string container;
};

TEST(LocalCaller, FindsTheContainerOfACgroup) {
  const std::vector<CgroupCase> cases{
      {"host, v2", "0::/user.slice/user-1000.slice/session-2.scope\n", ""},
      {"host, v1", "12:pids:/\n1:name=systemd:/init.scope\n0::/\n", ""},
      {"empty", "", ""},
      {"docker, cgroupfs, hybrid",
       "13:misc:/\n2:cpu,cpuacct:/docker/" + kId + "\n0::/docker/" + kId + "\n",
       kId},
      {"docker, systemd", "0::/system.slice/docker-" + kId + ".scope\n", kId},
      {"docker, only one hierarchy", "5:memory:/docker/" + kId + "\n0::/\n", kId},
      {"docker, parent of its own", "0::/tenants/a/" + kId + "\n", kId},
      {"docker in docker: the outer one", "0::/docker/" + kId + "/docker/" + kOther + "\n", kId},
      {"podman", "0::/machine.slice/libpod-" + kId + ".scope/container\n", kId},
      {"podman, cgroupfs", "3:cpu:/libpod_parent/libpod-" + kId + "\n", kId},
      {"podman, rootless",
       "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + kId + ".scope\n",
       kId},
      {"conmon stands beside it", "0::/machine.slice/libpod-conmon-" + kId + ".scope\n", ""},
      {"containerd, CRI",
       "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice/"
       "cri-containerd-" +
           kId + ".scope\n",
       kId},
      {"CRI-O", "0::/kubepods.slice/crio-" + kId + ".scope\n", kId},
      {"kubepods, cgroupfs", "4:cpu:/kubepods/besteffort/pod12-34/" + kId + "\n", kId},
      {"nerdctl", "0::/default/" + kId + "\n", kId},
      {"LXC 4", "0::/lxc.payload.web/system.slice\n", "web"},
      {"LXC 2", "9:cpu:/lxc/web\n", "web"},
      {"nspawn", "0::/machine.slice/machine-web.scope/payload\n", "web"},
      {"63 digits", "0::/docker/" + kId.substr(1) + "\n", ""},
      {"upper case", "0::/docker/" + std::string(64, 'A') + "\n", ""},
      {"colons in the path", "0::/docker/a:b/" + kId + "\n", kId},
      {"no path", "0\n1:\n::::\n", ""},
  };
  for (const CgroupCase& row : cases)
    EXPECT_EQ(container_of_cgroup(row.text), row.container) << row.name;
}

TEST(LocalCaller, NamesTheAccountAndItsGroupsAsIdDoes) {
  Accounts accounts;
  for (const char* name : {"root", "daemon", "nobody"}) {
    const passwd* entry = ::getpwnam(name);
    ASSERT_NE(entry, nullptr);
    const auto account = accounts.look_up(entry->pw_uid, entry->pw_gid);
    EXPECT_EQ(account.name, name);
    const auto oracle = base::run_program({"id", "-Gn", name});
    ASSERT_TRUE(oracle);
    std::vector<std::string> groups;
    for (const auto group : base::split(base::trim(oracle->out), ' '))
      groups.emplace_back(group);
    EXPECT_THAT(account.groups, testing::UnorderedElementsAreArray(groups)) << name;
  }
  EXPECT_EQ(accounts.look_up(4'000'000'000U, 4'000'000'000U).name, "uid:4000000000");
}

struct Pair {
  base::Fd ours;
  base::Fd theirs;
};

Pair socket_pair() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  return {base::Fd(ends[0]), base::Fd(ends[1])};
}

TEST(LocalCaller, KnowsAProcessThatRuns) {
  const Pair pair = socket_pair();
  Accounts accounts;
  const base::Fd handle = peer_process_handle(pair.ours.get());
  ASSERT_TRUE(handle.valid());
  const Identity identity =
      identify_local({.uid = ::getuid(), .gid = ::getgid(), .pid = ::getpid()}, handle, accounts);
  EXPECT_EQ(identity.proof, Proof::Socket);
  EXPECT_EQ(identity.user, ::getpwuid(::getuid())->pw_name);
  ASSERT_TRUE(identity.local);
  EXPECT_EQ(identity.local->pid, ::getpid());
  EXPECT_NE(identity.local->container, kUnknownContainer);
}

TEST(LocalCaller, SaysThatAProcessIsGone) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ASSERT_GT(child, 0);
  const base::Fd handle(static_cast<int>(::syscall(434 /* pidfd_open */, child, 0)));
  ::waitpid(child, nullptr, 0);
  Accounts accounts;
  // Its number may be another process's by now: that one's container must not be taken for its.
  const Identity gone = identify_local({.uid = 0, .gid = 0, .pid = ::getpid()}, handle, accounts);
  EXPECT_EQ(gone.local->container, kUnknownContainer);
  EXPECT_FALSE(gone.local->login_uid);
  EXPECT_EQ(identify_local({.uid = 0}, base::Fd(), accounts).local->container, kUnknownContainer);
}

} // namespace

} // namespace portique::access
