// unix(7): SO_PEERCRED, SO_PEERPIDFD; proc(5): loginuid, cgroup; cgroups(7).

#include "portique/access/guard/local_caller.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include <fmt/format.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "portique/base/file.h"
#include "portique/base/text.h"

namespace portique::access {

namespace {

/// Not in the headers of Debian 12.
constexpr int kPeerPidFd = 77;
constexpr std::chrono::minutes kRemembered{1};
constexpr std::size_t kAccounts = 4096;
constexpr std::size_t kGroups = 1024;
/// /proc/PID/cgroup: a line a hierarchy, each a path.
constexpr std::uint64_t kCgroupBytes = 64U << 10U;
constexpr std::size_t kIdLength = 64;

bool is_container_id(std::string_view text) {
  return text.size() == kIdLength && std::ranges::all_of(text, [](char c) {
           return base::is_digit(c) || (c >= 'a' && c <= 'f');
         });
}

/// "docker-ID.scope", "libpod-ID", "cri-containerd-ID.scope", "ID" -> ID. Not "libpod-conmon-ID",
/// which is the process beside the container.
std::string_view id_of_component(std::string_view component) {
  if (component.ends_with(".scope")) component.remove_suffix(6);
  if (component.contains("conmon")) return {};
  if (component.size() > kIdLength && component[component.size() - kIdLength - 1] == '-')
    component.remove_prefix(component.size() - kIdLength);
  return is_container_id(component) ? component : std::string_view{};
}

/// Containers that have a name instead of an id: LXC, systemd-nspawn.
std::string_view name_of_component(std::string_view before, std::string_view component) {
  for (const std::string_view prefix : {"lxc.payload.", "lxc.payload/"})
    if (component.starts_with(prefix)) return component.substr(prefix.size());
  if (before == "lxc" || before == "lxc.payload") return component;
  if (before == "machine.slice" && component.starts_with("machine-") &&
      component.ends_with(".scope"))
    return component.substr(8, component.size() - 8 - 6);
  return {};
}

std::string group_name(gid_t gid) {
  std::vector<char> buffer(64U << 10U);
  group entry{};
  group* found = nullptr;
  if (::getgrgid_r(gid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return {};
  return entry.gr_name;
}

Accounts::Account read_account(uid_t uid, gid_t gid) {
  Accounts::Account account;
  std::vector<char> buffer(64U << 10U);
  passwd entry{};
  passwd* found = nullptr;
  std::vector<gid_t> groups{gid};
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    account.name = entry.pw_name;
    groups.resize(kGroups);
    int count = static_cast<int>(groups.size());
    ::getgrouplist(entry.pw_name, gid, groups.data(), &count);
    groups.resize(static_cast<std::size_t>(std::clamp(count, 0, static_cast<int>(kGroups))));
  } else {
    account.name = fmt::format("uid:{}", uid); // it owns what it makes, and stands in the trail
  }
  for (const gid_t group : groups)
    if (std::string name = group_name(group); !name.empty())
      account.groups.push_back(std::move(name));
  return account;
}

/// Whether the process of the handle still runs.
bool is_alive(const base::Fd& handle) {
  pollfd process{.fd = handle.get(), .events = POLLIN, .revents = 0};
  return handle.valid() && ::poll(&process, 1, 0) == 0;
}

std::optional<std::uint32_t> login_uid(std::int32_t pid) {
  const auto text = base::read_file(fmt::format("/proc/{}/loginuid", pid), 64);
  if (!text) return std::nullopt;
  const auto uid = base::parse_int<std::uint32_t>(base::trim(*text));
  // 4294967295: nobody has logged in.
  return uid && *uid != UINT32_MAX ? uid : std::nullopt;
}

} // namespace

std::string container_of_cgroup(std::string_view text) {
  while (!text.empty()) {
    std::string_view path = base::take_until(text, '\n');
    base::take_until(path, ':'); // number of the hierarchy
    base::take_until(path, ':'); // its controllers
    std::string_view before;
    for (const std::string_view component : base::split(path, '/')) {
      if (const auto id = id_of_component(component); !id.empty()) return std::string(id);
      if (const auto name = name_of_component(before, component); !name.empty())
        return std::string(name);
      before = component;
    }
  }
  return {};
}

Accounts::Account Accounts::look_up(std::uint32_t uid, std::uint32_t gid) {
  const std::uint64_t key = (std::uint64_t{uid} << 32U) | gid;
  const auto now = std::chrono::steady_clock::now();
  {
    const std::scoped_lock lock(mutex_);
    const auto known = known_.find(key);
    if (known != known_.end() && known->second.until > now) return known->second.account;
  }
  Account account = read_account(uid, gid);
  const std::scoped_lock lock(mutex_);
  if (known_.size() >= kAccounts) known_.clear();
  known_[key] = {account, now + kRemembered};
  return account;
}

base::Fd peer_process_handle(int connected_socket) {
  int handle = -1;
  socklen_t size = sizeof(handle);
  if (::getsockopt(connected_socket, SOL_SOCKET, kPeerPidFd, &handle, &size) == 0)
    return base::Fd(handle);
  if (errno != ENOPROTOOPT) return {}; // the process is gone
  ucred credentials{};
  size = sizeof(credentials);
  if (::getsockopt(connected_socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return {};
  return base::Fd(static_cast<int>(::syscall(SYS_pidfd_open, credentials.pid, 0)));
}

Identity
identify_local(const http::PeerProcess& process, const base::Fd& handle, Accounts& accounts) {
  Identity identity;
  identity.proof = Proof::Socket;
  identity.address = "unix";
  Accounts::Account account = accounts.look_up(process.uid, process.gid);
  identity.user = std::move(account.name);
  identity.groups = std::move(account.groups);
  LocalCaller local{.uid = process.uid, .gid = process.gid, .pid = process.pid};
  const auto cgroup = base::read_file(fmt::format("/proc/{}/cgroup", process.pid), kCgroupBytes);
  const auto login = login_uid(process.pid);
  // Only now: what was read is of that process if it still runs.
  if (cgroup && is_alive(handle)) {
    local.login_uid = login;
    local.container = container_of_cgroup(*cgroup);
  } else {
    local.container = kUnknownContainer;
  }
  identity.local = std::move(local);
  return identity;
}

} // namespace portique::access
