// Whole messages in, whole answers out. Connections live on the threads of a ConnectionLoop, which
// never wait; handlers run on threads of their own, because they may.

#include "portique/http/server.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/thread_pool.hpp>
#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/http/body_reader.h"
#include "portique/http/connection_loop.h"
#include "portique/http/message_head.h"
#include "portique/http/run_elsewhere.h"
#include "portique/http/stream_buffer.h"

namespace portique::http {

namespace asio = boost::asio;

using base::Code;
using base::Result;

std::string_view header_value(const std::vector<Header>& headers, std::string_view name) {
  for (const Header& header : headers)
    if (base::equals_ignore_case(header.name, name)) return header.value;
  return {};
}

namespace {

constexpr std::size_t kReadBytes = 16U << 10U;
constexpr std::size_t kLanes = 2;
/// How long what a refused client still sends is thrown away: closing at once would throw away our
/// answer (RFC 9112, 9.6).
constexpr std::chrono::seconds kLinger{2};

Response refusal(int status, std::string_view reason) {
  Response response{.status = status};
  response.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
  response.body = fmt::format("{}\n", reason);
  return response;
}

std::string head_of(const Response& response, bool keep_alive) {
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  for (const Header& header : response.headers)
    head += fmt::format("{}: {}\r\n", header.name, header.value);
  if (response.status != 204 && response.status != 304)
    head += fmt::format("Content-Length: {}\r\n", response.body.size());
  if (!keep_alive) head += "Connection: close\r\n";
  head += "\r\n";
  return head;
}

/// What an answer depends on besides its content.
struct Reply {
  bool head_only = false; ///< to HEAD
  bool keep_alive = true;
};

class AsioServer final : public Server {
public:
  AsioServer(const ServerOptions& options, Handler handler)
      : options_(options), handler_(std::move(handler)),
        handlers_(std::max<std::size_t>(options.threads, 1)) {}

  ~AsioServer() override {
    // What still runs may touch the loop's timers.
    handlers_.join();
  }

  Result<void> start() {
    LoopOptions options;
    options.endpoint = options_.endpoint;
    options.lanes = kLanes;
    options.connections = options_.connections;
    loop_ = PQ_TRY(ConnectionLoop::listen(
        options, [this](std::shared_ptr<Connection> connection) -> asio::awaitable<void> {
          return serve(std::move(connection));
        }));
    return {};
  }

  Result<void> run() override { return loop_->run(); }

  void stop() override { loop_->stop(); }

  Result<void> reload_certificates() override { return loop_->reload_certificates(); }

  [[nodiscard]] std::uint16_t port() const override { return loop_->port(); }

private:
  asio::awaitable<void> serve(std::shared_ptr<Connection> connection);
  /// One request and its answer; whether the connection goes on.
  asio::awaitable<bool> serve_one(Connection& connection, StreamBuffer& incoming);
  asio::awaitable<Result<RequestHead>> read_head(Connection& connection, StreamBuffer& incoming);
  asio::awaitable<Result<std::string>>
  read_body(Connection& connection, StreamBuffer& incoming, const RequestHead& head);
  template <typename Answer, typename Ask>
  static Answer call(const Ask& ask, const Request& request);
  asio::awaitable<Response> handle(Connection& connection, Request request);
  asio::awaitable<bool> answer(Connection& connection, Response response, Reply reply);
  asio::awaitable<void> refuse(Connection& connection, const base::Error& error);
  asio::awaitable<void> throw_away(Connection& connection);

  ServerOptions options_;
  Handler handler_;
  std::unique_ptr<ConnectionLoop> loop_;
  asio::thread_pool handlers_;
};

asio::awaitable<void> AsioServer::serve(std::shared_ptr<Connection> connection) {
  StreamBuffer incoming(connection->stream);
  bool again = true;
  while (again && !loop_->stopping())
    again = co_await serve_one(*connection, incoming);
}

asio::awaitable<Result<RequestHead>> AsioServer::read_head(Connection& connection,
                                                           StreamBuffer& incoming) {
  HeadScanner scanner(options_.head_bytes);
  if (incoming.empty()) {
    incoming.rest();
    connection.set_idle(true);
    connection.set_deadline(options_.idle_timeout);
    const bool came = co_await incoming.more();
    if (!came) co_return base::fail(Code::Truncated, "");
  }
  connection.set_idle(false);
  connection.set_deadline(options_.request_timeout);
  while (true) {
    const auto end = scanner.find(incoming.bytes());
    if (!end) co_return std::unexpected(end.error());
    if (*end) {
      auto head = parse_request_head(incoming.bytes().substr(0, **end),
                                     {.bytes = static_cast<std::size_t>(options_.head_bytes)});
      incoming.drop(**end);
      co_return head;
    }
    const bool came = co_await incoming.more();
    if (!came) co_return base::fail(Code::Truncated, "");
  }
}

asio::awaitable<Result<std::string>>
AsioServer::read_body(Connection& connection, StreamBuffer& incoming, const RequestHead& head) {
  std::string body;
  BodyReader reader(head.framing, head.length, ChunkedBody::Trailers::Refuse);
  bool invited = !head.expects_continue;
  while (!reader.done()) {
    if (incoming.empty()) {
      if (!std::exchange(invited, true)) {
        const bool sent = co_await connection.stream.write("HTTP/1.1 100 Continue\r\n\r\n");
        if (!sent) co_return base::fail(Code::Truncated, "");
      }
      const bool came = co_await incoming.more();
      if (!came) co_return base::fail(Code::Truncated, "");
    }
    const auto used = reader.take(incoming.bytes(), &body);
    if (!used) co_return std::unexpected(used.error());
    incoming.drop(*used);
    if (body.size() > options_.body_bytes)
      co_return base::fail(Code::LimitExceeded, "body is too long");
  }
  co_return body;
}

template <typename Answer, typename Ask>
Answer AsioServer::call(const Ask& ask, const Request& request) {
  try {
    return ask(request);
  } catch (const std::exception&) {
    return refusal(500, "the request could not be handled");
  }
}

asio::awaitable<Response> AsioServer::handle(Connection& connection, Request request) {
  if (options_.without_thought)
    if (auto response = call<std::optional<Response>>(options_.without_thought, request))
      co_return *std::move(response);
  const auto limit = options_.handler_limit ? options_.handler_limit() : std::chrono::hours(24);
  const auto shared = std::make_shared<const Request>(std::move(request));
  // Named, not temporaries: g++ 12 destroys captures of one in an awaited expression twice.
  if (options_.at_once) {
    auto quick = [this, shared] {
      return call<std::optional<Response>>(options_.at_once, *shared);
    };
    auto response = co_await connection.lane.run<std::optional<Response>>(limit, std::move(quick));
    if (!response) co_return options_.late_answer;
    if (*response) co_return **std::move(response);
  }
  auto work = [this, shared] { return call<Response>(handler_, *shared); };
  auto response = co_await run_elsewhere<Response>(handlers_, limit, std::move(work));
  if (!response) co_return options_.late_answer;
  co_return *std::move(response);
}

asio::awaitable<bool> AsioServer::answer(Connection& connection, Response response, Reply reply) {
  // A header that holds a line break would be two.
  for (const Header& header : response.headers)
    if (header.name.find_first_of("\r\n: ") != std::string::npos ||
        header.value.find_first_of("\r\n") != std::string::npos) {
      response = refusal(500, "the answer has a header that cannot be sent");
      break;
    }
  std::string bytes = head_of(response, reply.keep_alive);
  if (!reply.head_only && response.status != 204 && response.status != 304) bytes += response.body;
  connection.set_deadline(options_.request_timeout);
  co_return co_await connection.stream.write(bytes);
}

asio::awaitable<void> AsioServer::throw_away(Connection& connection) {
  connection.set_deadline(kLinger);
  co_await connection.stream.finish_writing();
  std::string nowhere(kReadBytes, '\0');
  while (true) {
    const std::size_t size = co_await connection.stream.read_some(nowhere);
    if (size == 0) break;
  }
}

asio::awaitable<void> AsioServer::refuse(Connection& connection, const base::Error& error) {
  if (error.code() == Code::Truncated) co_return; // there is nobody to tell
  const bool body = error.message() == "body is too long";
  const Response response = refusal(body ? 413 : status_of_refusal(error), error.message());
  connection.set_deadline(options_.request_timeout);
  const std::string bytes = head_of(response, false) + response.body;
  const bool sent = co_await connection.stream.write(bytes);
  if (sent) co_await throw_away(connection);
}

asio::awaitable<bool> AsioServer::serve_one(Connection& connection, StreamBuffer& incoming) {
  Result<RequestHead> head = co_await read_head(connection, incoming);
  if (!head) {
    co_await refuse(connection, head.error());
    co_return false;
  }
  Result<std::string> body =
      head->framing == Framing::Length && head->length > options_.body_bytes
          ? Result<std::string>(base::fail(Code::LimitExceeded, "body is too long"))
          : Result<std::string>("");
  if (body) body = co_await read_body(connection, incoming, *head);
  if (!body) {
    co_await refuse(connection, body.error());
    co_return false;
  }
  connection.clear_deadline();
  Request request{.method = std::move(head->method),
                  .target = std::move(head->target),
                  .headers = std::move(head->headers),
                  .body = *std::move(body),
                  .peer = connection.peer};
  Reply reply{.head_only = request.method == "HEAD"};
  Response response = co_await handle(connection, std::move(request));
  reply.keep_alive = head->keep_alive && !loop_->stopping();
  const bool sent = co_await answer(connection, std::move(response), reply);
  if (!sent || reply.keep_alive) co_return sent;
  co_await throw_away(connection);
  co_return false;
}

} // namespace

Result<std::unique_ptr<Server>> Server::listen(const ServerOptions& options, Handler handler) {
  auto server = std::make_unique<AsioServer>(options, std::move(handler));
  PQ_TRY(server->start());
  return server;
}

} // namespace portique::http
