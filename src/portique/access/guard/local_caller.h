#pragma once

// Who is behind a Unix socket: account, groups, log-in and container of a process.

#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "portique/access/identity.h"
#include "portique/base/fd.h"
#include "portique/http/peer.h"

namespace portique::access {

/// What LocalCaller::container says of a process that was gone before anybody could look.
inline constexpr std::string_view kUnknownContainer = "unknown";

/// The container that a process with this /proc/PID/cgroup runs in: the outermost one, which is the
/// one that this machine's engine knows. "" on the host.
std::string container_of_cgroup(std::string_view text);

/// Names of accounts and their groups, remembered for a minute: they may come over the network.
class Accounts {
public:
  struct Account {
    std::string name; ///< "uid:1000" if there is no such account
    std::vector<std::string> groups;
  };

  Account look_up(std::uint32_t uid, std::uint32_t gid);

private:
  struct Known {
    Account account;
    std::chrono::steady_clock::time_point until;
  };

  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Known> known_; ///< by uid and gid
};

/// A handle on the process that connected, which no later process of the same number can take over;
/// invalid if it is gone, or if the kernel cannot say (before 6.5: then by its number).
base::Fd peer_process_handle(int connected_socket);

/// May wait for the name service.
Identity
identify_local(const http::PeerProcess& process, const base::Fd& handle, Accounts& accounts);

} // namespace portique::access
