#pragma once

// What every server of ours does before a byte is understood: accept, shake hands, know who is
// there, hold deadlines, and stop without losing what was begun. Includes Boost.Asio.

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "portique/base/result.h"
#include "portique/http/listen_socket.h"
#include "portique/http/peer.h"
#include "portique/http/server.h"
#include "portique/http/stream.h"
#include "portique/http/tls_context.h"

namespace portique::http {

/// One client. All of it happens on one thread.
class Connection {
public:
  using Clock = std::chrono::steady_clock;

  explicit Connection(Stream::Socket socket);

  Stream stream;
  Peer peer;

  /// From now on: the stream is closed if this time passes before the next call.
  void set_deadline(Clock::duration time);
  void clear_deadline();

  /// Called twice a second or so, on the connection's thread, as long as it is set.
  std::function<void()> tick;

  /// Between two requests, when the server may close the connection without anybody losing
  /// anything.
  void set_idle(bool idle);

private:
  friend class ConnectionLoop;
  static boost::asio::awaitable<void> watch(std::shared_ptr<Connection> connection);

  boost::asio::steady_timer timer_;
  Clock::time_point deadline_ = Clock::time_point::max();
  bool idle_ = true;
  bool done_ = false;
  bool stopping_ = false;
};

struct LoopOptions {
  std::variant<UnixEndpoint, TcpEndpoint> endpoint;
  std::size_t threads = 2; ///< that move bytes; they never wait for anything else
  std::size_t connections = 4096;
  std::chrono::seconds handshake_timeout{10};
  std::chrono::seconds stop_timeout{5}; ///< for what is under way when stop() is called
};

class ConnectionLoop {
public:
  /// Serves one client; the connection is closed when it returns. Shared with the timer that holds
  /// the deadline.
  using Serve = std::function<boost::asio::awaitable<void>(std::shared_ptr<Connection>)>;

  static base::Result<std::unique_ptr<ConnectionLoop>> listen(const LoopOptions& options,
                                                              Serve serve);
  ~ConnectionLoop();
  ConnectionLoop(const ConnectionLoop&) = delete;
  ConnectionLoop& operator=(const ConnectionLoop&) = delete;

  base::Result<void> run();
  void stop();

  [[nodiscard]] bool stopping() const { return stopping_.load(std::memory_order_relaxed); }

  base::Result<void> reload_certificates();

  [[nodiscard]] std::uint16_t port() const { return port_; }

private:
  /// A thread, its scheduler and its connections.
  struct Lane {
    boost::asio::io_context context{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work =
        boost::asio::make_work_guard(context);
    std::unordered_set<Connection*> connections;
    boost::asio::steady_timer ticker{context};
    bool ticking = false;
  };

  ConnectionLoop(const LoopOptions& options, Serve serve, ListenSocket socket);

  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> serve(Lane& lane, int descriptor);
  boost::asio::awaitable<bool> shake_hands(Connection& connection);
  static boost::asio::awaitable<void> tick(Lane& lane);
  void start_stopping(Lane& lane);
  void finish_if_empty();

  LoopOptions options_;
  Serve serve_;
  ListenSocket socket_;
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<Lane>> lanes_;
  boost::asio::posix::stream_descriptor acceptor_;
  boost::asio::steady_timer pause_;       ///< of the acceptor, when there is no room
  boost::asio::steady_timer last_moment_; ///< after stop()
  std::atomic<std::size_t> open_ = 0;
  std::atomic<bool> stopping_ = false;
  std::mutex certificates_;
  std::shared_ptr<SSL_CTX> tls_; ///< shared with handshakes that began before a reload
};

} // namespace portique::http
