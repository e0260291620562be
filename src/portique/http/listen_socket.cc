#include "portique/http/listen_socket.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <grp.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace portique::http {

namespace fs = std::filesystem;

namespace {

using base::Code;
using base::fail;
using base::fail_errno;
using base::Fd;
using base::Result;

Result<sockaddr_un> unix_address(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& text = path.native();
  if (text.empty() || text.size() >= sizeof(address.sun_path))
    return fail(Code::InvalidArgument,
                fmt::format("path of a socket must have 1 to {} bytes: {}",
                            sizeof(address.sun_path) - 1,
                            text));
  std::memcpy(address.sun_path, text.data(), text.size());
  return address;
}

template <typename Address> const sockaddr* generic(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

template <typename Address> sockaddr* generic(Address& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

Fd new_socket(int family) {
  return Fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

/// What lies at the path may be replaced: nothing, or a socket that nobody listens on.
Result<void> check_free(const fs::path& path) {
  struct stat status{};

  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return fail_errno("cannot look at " + path.string(), errno);
  }
  if (!S_ISSOCK(status.st_mode))
    return fail(Code::InvalidArgument, path.string() + " exists and is not a socket");
  const sockaddr_un address = PQ_TRY(unix_address(path));
  const Fd probe = new_socket(AF_UNIX);
  if (!probe.valid()) return fail_errno("cannot make a socket", errno);
  if (::connect(probe.get(), generic(address), sizeof(address)) == 0 || errno == EAGAIN)
    return fail(Code::InvalidArgument, "another process listens on " + path.string());
  if (errno != ECONNREFUSED && errno != ENOENT)
    return fail_errno("cannot tell whether " + path.string() + " is in use", errno);
  return {};
}

Result<gid_t> group_id(const std::string& name) {
  std::vector<char> buffer(64U << 10U);
  group entry{};
  group* found = nullptr;
  const int error = ::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (error != 0) return fail_errno("cannot look up group " + name, error);
  if (found == nullptr) return fail(Code::InvalidArgument, "there is no group " + name);
  return entry.gr_gid;
}

std::string address_text(const sockaddr_storage& storage) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET) {
    sockaddr_in address{};
    std::memcpy(&address, &storage, sizeof(address));
    ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
    return fmt::format("{}:{}", text.data(), ntohs(address.sin_port));
  }
  if (storage.ss_family == AF_INET6) {
    sockaddr_in6 address{};
    std::memcpy(&address, &storage, sizeof(address));
    ::inet_ntop(AF_INET6, &address.sin6_addr, text.data(), text.size());
    return fmt::format("[{}]:{}", text.data(), ntohs(address.sin6_port));
  }
  return storage.ss_family == AF_UNIX ? "unix" : "";
}

} // namespace

ListenSocket::ListenSocket(ListenSocket&& other) noexcept
    : socket_(std::move(other.socket_)), family_(other.family_), port_(other.port_),
      path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}

Result<ListenSocket> ListenSocket::on(const UnixEndpoint& endpoint) {
  std::error_code error;
  if (endpoint.path.has_parent_path()) fs::create_directories(endpoint.path.parent_path(), error);
  PQ_TRY(unix_address(endpoint.path));
  PQ_TRY(check_free(endpoint.path));
  ListenSocket made(new_socket(AF_UNIX), AF_UNIX);
  const int socket = made.descriptor();
  if (socket < 0) return fail_errno("cannot make a socket", errno);
  // Under a name of its own until mode and group are right; connections follow the file.
  fs::path first = endpoint.path;
  first += fmt::format(".{}", ::getpid());
  const sockaddr_un address = PQ_TRY(unix_address(first));
  fs::remove(first, error);
  const mode_t mask = ::umask(0177);
  const int bound = ::bind(socket, generic(address), sizeof(address));
  const int bind_error = errno;
  ::umask(mask);
  if (bound != 0) return fail_errno("cannot make socket " + endpoint.path.string(), bind_error);
  made.path_ = first; // removed if what follows fails
  struct stat status{};

  if (::lstat(first.c_str(), &status) != 0) return fail_errno("cannot look at the socket", errno);
  made.device_ = status.st_dev;
  made.inode_ = status.st_ino;
  if (!endpoint.group.empty()) {
    const gid_t group = PQ_TRY(group_id(endpoint.group));
    if (::chown(first.c_str(), static_cast<uid_t>(-1), group) != 0)
      return fail_errno("cannot give the socket to group " + endpoint.group, errno);
  }
  if (::chmod(first.c_str(), static_cast<mode_t>(endpoint.mode)) != 0)
    return fail_errno("cannot set the mode of the socket", errno);
  if (::listen(socket, SOMAXCONN) != 0) return fail_errno("cannot listen", errno);
  if (::rename(first.c_str(), endpoint.path.c_str()) != 0)
    return fail_errno("cannot make socket " + endpoint.path.string(), errno);
  made.path_ = endpoint.path;
  return made;
}

Result<ListenSocket> ListenSocket::on(const TcpEndpoint& endpoint) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  const bool is_v4 = ::inet_pton(AF_INET, endpoint.address.c_str(), &v4.sin_addr) == 1;
  if (!is_v4 && ::inet_pton(AF_INET6, endpoint.address.c_str(), &v6.sin6_addr) != 1)
    return fail(Code::InvalidArgument, "not an IP address to listen on: " + endpoint.address);
  v4.sin_family = AF_INET;
  v4.sin_port = htons(endpoint.port);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(endpoint.port);
  ListenSocket made(new_socket(is_v4 ? AF_INET : AF_INET6), is_v4 ? AF_INET : AF_INET6);
  const int socket = made.descriptor();
  if (socket < 0) return fail_errno("cannot make a socket", errno);
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  const int bound =
      is_v4 ? ::bind(socket, generic(v4), sizeof(v4)) : ::bind(socket, generic(v6), sizeof(v6));
  if (bound != 0 || ::listen(socket, SOMAXCONN) != 0)
    return fail_errno(fmt::format("cannot listen on {} port {}", endpoint.address, endpoint.port),
                      errno);
  sockaddr_storage actual{};
  socklen_t size = sizeof(actual);
  if (::getsockname(socket, generic(actual), &size) != 0)
    return fail_errno("cannot ask for the port", errno);
  std::memcpy(&v4, &actual, sizeof(v4)); // the port lies at the same place in both families
  made.port_ = ntohs(v4.sin_port);
  return made;
}

void ListenSocket::close() {
  if (!path_.empty()) {
    struct stat status{};

    if (::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_)
      ::unlink(path_.c_str());
    path_.clear();
  }
  socket_.reset();
}

Peer peer_of(int descriptor) {
  Peer peer;
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (::getpeername(descriptor, generic(address), &size) == 0) peer.address = address_text(address);
  if (peer.address != "unix") return peer;
  ucred credentials{};
  size = sizeof(credentials);
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0)
    peer.process = PeerProcess{credentials.uid, credentials.gid, credentials.pid};
  return peer;
}

} // namespace portique::http
