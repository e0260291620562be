#include "portique/http/connection_loop.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace portique::http {

namespace asio = boost::asio;

using base::Result;
using boost::system::error_code;

namespace {

/// How long the acceptor rests when there is no room or no descriptor for a further client.
constexpr std::chrono::milliseconds kPause{20};
constexpr std::chrono::milliseconds kTick{500};

void set_tcp_options(int descriptor) {
  const int yes = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  ::setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
}

} // namespace

Connection::Connection(Stream::Socket socket, Lane& on)
    : stream(std::move(socket)), lane(on), timer_(stream.socket().get_executor()) {}

void Connection::set_deadline(Clock::duration time) {
  const Clock::time_point deadline = Clock::now() + time;
  deadline_ = deadline;
  // A later one is noticed when the timer fires; only an earlier one has to wake the watch.
  if (deadline < timer_.expiry()) timer_.cancel();
}

void Connection::clear_deadline() {
  deadline_ = Clock::time_point::max();
}

void Connection::set_idle(bool idle) {
  idle_ = idle;
  if (idle && stopping_) stream.close();
}

asio::awaitable<void> Connection::watch(std::shared_ptr<Connection> connection) {
  // Bounds how late an earlier deadline than "none" can be noticed.
  constexpr std::chrono::hours kLongest{24};
  while (!connection->done_) {
    if (connection->deadline_ <= Clock::now()) {
      connection->stream.close();
      break;
    }
    connection->timer_.expires_at(std::min(connection->deadline_, Clock::now() + kLongest));
    error_code ignored;
    co_await connection->timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

ConnectionLoop::ConnectionLoop(const LoopOptions& options, Serve serve, ListenSocket socket)
    : options_(options), serve_(std::move(serve)), socket_(std::move(socket)),
      port_(socket_.port()), clients_([&] {
        std::vector<std::unique_ptr<Clients>> clients;
        for (std::size_t i = 0; i < std::max<std::size_t>(options.lanes, 1); ++i)
          clients.push_back(std::make_unique<Clients>(watch_));
        return clients;
      }()),
      acceptor_(clients_.front()->lane.context(), ::dup(socket_.descriptor())),
      pause_(clients_.front()->lane.context()), last_moment_(clients_.front()->lane.context()) {}

ConnectionLoop::~ConnectionLoop() {
  // Coroutines that did not end in time hold connections of other lanes' sets: each lane is
  // emptied while all of them are there.
  for (const auto& clients : clients_)
    clients->connections.clear();
}

Result<std::unique_ptr<ConnectionLoop>> ConnectionLoop::listen(const LoopOptions& options,
                                                               Serve serve) {
  std::shared_ptr<SSL_CTX> tls;
  if (const auto* tcp = std::get_if<TcpEndpoint>(&options.endpoint); tcp != nullptr && tcp->tls)
    tls = PQ_TRY(make_tls_context(*tcp->tls));
  ListenSocket socket = PQ_TRY(std::visit(
      [](const auto& endpoint) { return ListenSocket::on(endpoint); }, options.endpoint));
  std::unique_ptr<ConnectionLoop> loop(
      new ConnectionLoop(options, std::move(serve), std::move(socket)));
  loop->tls_ = std::move(tls);
  return loop;
}

Result<void> ConnectionLoop::reload_certificates() {
  const auto* tcp = std::get_if<TcpEndpoint>(&options_.endpoint);
  if (tcp == nullptr || !tcp->tls) return {};
  std::shared_ptr<SSL_CTX> fresh = PQ_TRY(make_tls_context(*tcp->tls));
  const std::scoped_lock lock(certificates_);
  tls_ = std::move(fresh);
  return {};
}

asio::awaitable<void> ConnectionLoop::accept() {
  std::size_t next = 0;
  error_code error;
  while (!stopping()) {
    if (open_.load() < options_.connections) {
      const int client =
          ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (client >= 0) {
        Clients& clients = *clients_[next++ % clients_.size()];
        open_.fetch_add(1);
        asio::co_spawn(clients.lane.context(), serve(clients, client), asio::detached);
        continue;
      }
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) {
        co_await acceptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                                      asio::redirect_error(asio::use_awaitable, error));
        continue;
      }
    }
    pause_.expires_after(kPause);
    co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

asio::awaitable<bool> ConnectionLoop::shake_hands(Connection& connection) {
  std::shared_ptr<SSL_CTX> tls;
  {
    const std::scoped_lock lock(certificates_);
    tls = tls_;
  }
  if (!tls) co_return true;
  connection.set_deadline(options_.handshake_timeout);
  const bool done = co_await connection.stream.accept_tls(tls.get());
  if (!done) co_return false;
  auto certificate = client_certificate(connection.stream.tls());
  if (!certificate) co_return false;
  connection.peer.certificate = *std::move(certificate);
  co_return true;
}

/// As long as there are connections.
asio::awaitable<void> ConnectionLoop::tick(Clients& clients) {
  while (!clients.connections.empty()) {
    clients.ticker.expires_after(kTick);
    error_code ignored;
    co_await clients.ticker.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    for (const Connection* connection : clients.connections)
      if (connection->tick) connection->tick();
  }
  clients.ticking = false;
}

asio::awaitable<void> ConnectionLoop::serve(Clients& clients, int descriptor) {
  {
    Stream::Socket socket(clients.lane.context());
    error_code error;
    socket.assign(asio::generic::stream_protocol(socket_.family(), 0), descriptor, error);
    if (error) ::close(descriptor);
    auto connection = std::make_shared<Connection>(std::move(socket), clients.lane);
    clients.connections.insert(connection.get());
    if (!std::exchange(clients.ticking, true))
      asio::co_spawn(clients.lane.context(), tick(clients), asio::detached);
    connection->stopping_ = stopping();
    connection->peer = peer_of(descriptor);
    if (socket_.family() != AF_UNIX) set_tcp_options(descriptor);
    asio::co_spawn(clients.lane.context(), Connection::watch(connection), asio::detached);
    const bool welcome = co_await shake_hands(*connection);
    if (welcome) {
      connection->clear_deadline();
      try {
        co_await serve_(connection);
      } catch (const std::exception&) {
        // Out of memory for one client, or a bug that one client found: the others go on.
        connection->stream.close();
      }
    }
    connection->stream.close();
    connection->done_ = true;
    connection->timer_.cancel();
    clients.connections.erase(connection.get());
  }
  open_.fetch_sub(1);
  finish_if_empty();
}

void ConnectionLoop::start_stopping(Clients& clients) {
  // Closing makes coroutines runnable, it does not run them: the set stays as it is.
  for (Connection* connection : clients.connections) {
    connection->stopping_ = true;
    if (connection->idle_) connection->stream.close();
  }
}

void ConnectionLoop::finish_if_empty() {
  if (!stopping() || open_.load() != 0) return;
  asio::post(clients_.front()->lane.context(), [this] { last_moment_.cancel(); });
}

Result<void> ConnectionLoop::run() {
  asio::co_spawn(clients_.front()->lane.context(), accept(), asio::detached);
  std::vector<Lane*> lanes;
  for (const auto& clients : clients_)
    lanes.push_back(&clients->lane);
  for (Lane* lane : lanes)
    lane->start();
  watch_.run(lanes);
  for (Lane* lane : lanes)
    lane->join();
  return {};
}

void ConnectionLoop::stop() {
  asio::post(clients_.front()->lane.context(), [this] {
    if (stopping_.exchange(true)) return;
    socket_.close();
    acceptor_.close();
    pause_.cancel();
    for (const auto& clients : clients_)
      asio::post(clients->lane.context(), [this, &clients] { start_stopping(*clients); });
    last_moment_.expires_after(options_.stop_timeout);
    last_moment_.async_wait([this](const error_code&) {
      for (const auto& clients : clients_)
        clients->lane.stop();
      watch_.end();
    });
    finish_if_empty();
  });
}

} // namespace portique::http
