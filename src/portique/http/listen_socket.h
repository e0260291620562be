#pragma once

// Sockets to listen on.

#include <cstdint>
#include <filesystem>

#include <sys/socket.h>
#include <sys/types.h>

#include "portique/base/fd.h"
#include "portique/base/result.h"
#include "portique/http/peer.h"
#include "portique/http/server.h"

namespace portique::http {

/// A listening socket; the file of a Unix one is removed with it.
class ListenSocket {
public:
  /// The file appears with its mode and group, already listening. One that a dead process left
  /// behind is replaced; a live one, and what is no socket, is an error.
  static base::Result<ListenSocket> on(const UnixEndpoint& endpoint);
  static base::Result<ListenSocket> on(const TcpEndpoint& endpoint);

  ~ListenSocket() { close(); }

  ListenSocket(ListenSocket&& other) noexcept;
  ListenSocket& operator=(ListenSocket&&) = delete;
  ListenSocket(const ListenSocket&) = delete;
  ListenSocket& operator=(const ListenSocket&) = delete;

  [[nodiscard]] int descriptor() const { return socket_.get(); }

  /// Of a TCP socket.
  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// AF_UNIX, AF_INET, AF_INET6.
  [[nodiscard]] int family() const { return family_; }

  /// The file goes first, so that nobody can connect to what nobody accepts.
  void close();

private:
  ListenSocket(base::Fd socket, int family) : socket_(std::move(socket)), family_(family) {}

  base::Fd socket_;
  int family_ = AF_UNSPEC;
  std::uint16_t port_ = 0;
  std::filesystem::path path_; ///< of a Unix socket ...
  dev_t device_ = 0;           ///< ... which is ours as long as it is this very file
  ino_t inode_ = 0;
};

/// Address and, of a Unix socket, process at the other end of a connected socket.
Peer peer_of(int descriptor);

} // namespace portique::http
