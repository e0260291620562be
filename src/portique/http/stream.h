#pragma once

// A connected socket, with or without TLS, for coroutines of one thread. Includes Boost.Asio: for
// the sources of servers only.

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <openssl/ssl.h>

namespace portique::http {

struct FreeTls {
  void operator()(SSL* connection) const { SSL_free(connection); }
};

/// One coroutine may read while another one writes, on the same thread.
class Stream {
public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  /// The socket must not block.
  explicit Stream(Socket socket) : socket_(std::move(socket)) {}

  Stream(Stream&&) = default;
  Stream& operator=(Stream&&) noexcept = default;

  /// Speaks TLS from now on, as the server; false if the client does not, or may not come in.
  boost::asio::awaitable<bool> accept_tls(SSL_CTX* context);

  /// Some bytes; 0 at the end of the stream, after any failure, and if `into` is empty.
  boost::asio::awaitable<std::size_t> read_some(std::span<char> into);

  /// All of the bytes, or false.
  boost::asio::awaitable<bool> write(std::string_view bytes);

  /// No further bytes will be written; reading goes on.
  boost::asio::awaitable<void> finish_writing();

  /// Ends everything that waits on this stream.
  void close();

  [[nodiscard]] bool is_open() const { return socket_.is_open(); }

  /// Whether there is nothing to read: no byte, no end, no error. Only without TLS.
  bool is_quiet();

  /// Whether the other side will send no more, and all that it sent was read.
  bool is_ended();

  /// Whether the other side is gone altogether, and not only at the end of what it sends. Over a
  /// network that shows after the next write or keep-alive.
  bool is_gone();

  Socket& socket() { return socket_; }

  /// Of the TLS connection, or nullptr.
  [[nodiscard]] SSL* tls() const { return tls_.get(); }

private:
  boost::asio::awaitable<std::size_t> read_tls(std::span<char> into);
  /// Bytes, 0 at the end; nothing if there is nothing yet.
  std::optional<std::size_t> read_now(std::span<char> into);
  boost::asio::awaitable<bool> wait(Socket::wait_type what);
  /// After a TLS call that did not succeed: waits for what it needs; false if nothing helps.
  boost::asio::awaitable<bool> wait_for_tls(int outcome);
  bool had_its_turn();
  boost::asio::awaitable<void> let_others();

  Socket socket_;
  std::unique_ptr<SSL, FreeTls> tls_;
  unsigned at_once_ = 0;    ///< calls that did not have to wait, in a row
  bool is_drained_ = false; ///< the last read took all that there was
};

} // namespace portique::http
