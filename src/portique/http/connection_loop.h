#pragma once

// What every server of ours does before a byte is understood: accept, shake hands, know who is
// there, hold deadlines, and stop without losing what was begun. Includes Boost.Asio.

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "portique/base/result.h"
#include "portique/http/lane.h"
#include "portique/http/listen_socket.h"
#include "portique/http/peer.h"
#include "portique/http/server.h"
#include "portique/http/stream.h"
#include "portique/http/tls_context.h"

namespace portique::http {

/// One client. All of it happens on one lane.
class Connection {
public:
  using Clock = std::chrono::steady_clock;

  Connection(Stream::Socket socket, Lane& lane);

  Stream stream;
  Peer peer;
  Lane& lane; ///< on which it is served

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
  std::size_t lanes = 2; ///< that move bytes
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
  /// A lane and its connections.
  struct Clients {
    explicit Clients(LaneWatch& watch) : lane(watch), ticker(lane.context()) {}

    Lane lane;
    std::unordered_set<Connection*> connections;
    boost::asio::steady_timer ticker;
    bool ticking = false;
  };

  ConnectionLoop(const LoopOptions& options, Serve serve, ListenSocket socket);

  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> serve(Clients& clients, int descriptor);
  boost::asio::awaitable<bool> shake_hands(Connection& connection);
  static boost::asio::awaitable<void> tick(Clients& clients);
  void start_stopping(Clients& clients);
  void finish_if_empty();

  LoopOptions options_;
  Serve serve_;
  ListenSocket socket_;
  std::uint16_t port_ = 0;
  LaneWatch watch_;
  std::vector<std::unique_ptr<Clients>> clients_;
  boost::asio::posix::stream_descriptor acceptor_;
  boost::asio::steady_timer pause_;       ///< of the acceptor, when there is no room
  boost::asio::steady_timer last_moment_; ///< after stop()
  std::atomic<std::size_t> open_ = 0;
  std::atomic<bool> stopping_ = false;
  std::mutex certificates_;
  std::shared_ptr<SSL_CTX> tls_; ///< shared with handshakes that began before a reload
};

} // namespace portique::http
