#include "portique/access/guard/guard.h"

#include <system_error>
#include <utility>

#include "portique/access/guard/guard_session.h"
#include "portique/http/connection_loop.h"

namespace portique::access {

namespace asio = boost::asio;

using base::Code;
using base::fail;
using base::Result;

namespace {

class AsioGuard final : public Guard {
public:
  AsioGuard(const GuardOptions& options, Judge& judge, InspectStream inspect)
      : state_(options, judge, std::move(inspect)) {}

  ~AsioGuard() override {
    loop_.reset(); // its coroutines touch the state
  }

  Result<void> start() {
    http::LoopOptions options;
    options.endpoint = state_.options.endpoint;
    options.lanes = state_.options.lanes;
    options.connections = state_.options.connections;
    loop_ = PQ_TRY(http::ConnectionLoop::listen(
        options, [this](std::shared_ptr<http::Connection> connection) -> asio::awaitable<void> {
          return serve(std::move(connection));
        }));
    return {};
  }

  Result<void> run() override { return loop_->run(); }

  void stop() override { loop_->stop(); }

  Result<void> reload_certificates() override { return loop_->reload_certificates(); }

  [[nodiscard]] std::uint16_t port() const override { return loop_->port(); }

private:
  asio::awaitable<void> serve(std::shared_ptr<http::Connection> connection) {
    GuardSession session(state_, *connection);
    co_await session.run();
  }

  GuardState state_;
  std::unique_ptr<http::ConnectionLoop> loop_;
};

Result<void> check(const GuardOptions& options) {
  if (const auto* tcp = std::get_if<http::TcpEndpoint>(&options.endpoint)) {
    if (!tcp->tls || tcp->tls->client_authorities.empty())
      return fail(Code::InvalidArgument,
                  "a guard on TCP needs TLS and authorities of client certificates");
    return {};
  }
  const auto& local = std::get<http::UnixEndpoint>(options.endpoint);
  std::error_code error;
  if (std::filesystem::weakly_canonical(local.path, error) ==
      std::filesystem::weakly_canonical(options.engine, error))
    return fail(Code::InvalidArgument,
                "the guard's socket and the engine's are the same: " + options.engine.string());
  return {};
}

} // namespace

Result<std::unique_ptr<Guard>>
Guard::listen(const GuardOptions& options, Judge& judge, InspectStream inspect) {
  PQ_TRY(check(options));
  auto guard = std::make_unique<AsioGuard>(options, judge, std::move(inspect));
  PQ_TRY(guard->start());
  return guard;
}

} // namespace portique::access
