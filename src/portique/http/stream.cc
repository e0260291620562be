// System calls are tried first and waited for only if they would block: in a transfer there mostly
// is something to do at once, and a trip through the scheduler costs more than the call.

#include "portique/http/stream.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

namespace portique::http {

namespace asio = boost::asio;

using boost::system::error_code;

namespace {

/// Calls that one coroutine may make before the others of its thread get their turn.
constexpr unsigned kTurn = 32;

int tls_size(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, INT_MAX));
}

} // namespace

asio::awaitable<bool> Stream::wait(Socket::wait_type what) {
  at_once_ = 0;
  if (!socket_.is_open()) co_return false;
  error_code error;
  co_await socket_.async_wait(what, asio::redirect_error(asio::use_awaitable, error));
  co_return !error;
}

bool Stream::had_its_turn() {
  if (++at_once_ < kTurn) return false;
  at_once_ = 0;
  return true;
}

asio::awaitable<void> Stream::let_others() {
  co_await asio::post(socket_.get_executor(), asio::use_awaitable);
}

asio::awaitable<bool> Stream::wait_for_tls(int outcome) {
  const int error = SSL_get_error(tls_.get(), outcome);
  ERR_clear_error();
  if (error == SSL_ERROR_WANT_READ) co_return co_await wait(Socket::wait_read);
  if (error == SSL_ERROR_WANT_WRITE) co_return co_await wait(Socket::wait_write);
  co_return false;
}

asio::awaitable<bool> Stream::accept_tls(SSL_CTX* context) {
  tls_.reset(SSL_new(context));
  if (!tls_ || SSL_set_fd(tls_.get(), socket_.native_handle()) != 1) co_return false;
  while (true) {
    ERR_clear_error();
    const int outcome = SSL_accept(tls_.get());
    if (outcome == 1) co_return true;
    const bool again = co_await wait_for_tls(outcome);
    if (!again) co_return false;
  }
}

asio::awaitable<std::size_t> Stream::read_tls(std::span<char> into) {
  while (socket_.is_open()) {
    ERR_clear_error();
    const int size = SSL_read(tls_.get(), into.data(), tls_size(into.size()));
    if (size > 0) co_return static_cast<std::size_t>(size);
    const bool again = co_await wait_for_tls(size);
    if (!again) break;
  }
  co_return 0;
}

std::optional<std::size_t> Stream::read_now(std::span<char> into) {
  while (true) {
    const ssize_t size = ::recv(socket_.native_handle(), into.data(), into.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::nullopt;
    if (size <= 0) return 0;
    is_drained_ = static_cast<std::size_t>(size) < into.size();
    return static_cast<std::size_t>(size);
  }
}

asio::awaitable<std::size_t> Stream::read_some(std::span<char> into) {
  if (into.empty()) co_return 0;
  if (had_its_turn()) co_await let_others();
  if (tls_) co_return co_await read_tls(into);
  bool waits = std::exchange(is_drained_, false);
  while (socket_.is_open()) {
    if (waits) {
      const bool came = co_await wait(Socket::wait_read);
      if (!came) break;
    }
    if (const auto size = read_now(into)) co_return *size;
    waits = true;
  }
  co_return 0;
}

asio::awaitable<bool> Stream::write(std::string_view bytes) {
  if (had_its_turn()) co_await let_others();
  while (!bytes.empty()) {
    if (!socket_.is_open()) co_return false;
    bool again = false;
    if (tls_) {
      ERR_clear_error();
      const int size = SSL_write(tls_.get(), bytes.data(), tls_size(bytes.size()));
      if (size > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(size));
        continue;
      }
      again = co_await wait_for_tls(size);
    } else {
      const ssize_t size =
          ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (size >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(size));
        continue;
      }
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) again = co_await wait(Socket::wait_write);
    }
    if (!again) co_return false;
  }
  co_return true;
}

asio::awaitable<void> Stream::finish_writing() {
  while (tls_ && socket_.is_open()) {
    ERR_clear_error();
    const int outcome = SSL_shutdown(tls_.get()); // sends close_notify, does not wait for theirs
    if (outcome >= 0) break;
    const bool again = co_await wait_for_tls(outcome);
    if (!again) break;
  }
  error_code error;
  if (socket_.is_open()) socket_.shutdown(asio::socket_base::shutdown_send, error);
}

void Stream::close() {
  error_code error;
  socket_.close(error);
}

bool Stream::is_quiet() {
  char byte = 0;
  const ssize_t size =
      ::recv(socket_.native_handle(), &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT);
  return size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

bool Stream::is_ended() {
  if (!socket_.is_open()) return true;
  pollfd waiting{.fd = socket_.native_handle(), .events = POLLIN | POLLRDHUP, .revents = 0};
  if (::poll(&waiting, 1, 0) <= 0 || (waiting.revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0)
    return false;
  // What TLS has to read then is its farewell.
  char byte = 0;
  return tls_ || ::recv(socket_.native_handle(), &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT) <= 0;
}

bool Stream::is_gone() {
  if (!socket_.is_open()) return true;
  pollfd waiting{.fd = socket_.native_handle(), .events = 0, .revents = 0};
  return ::poll(&waiting, 1, 0) > 0 && (waiting.revents & (POLLHUP | POLLERR)) != 0;
}

} // namespace portique::http
