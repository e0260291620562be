// Passing on what was allowed: the request as it was sent, the answer as it came, and nothing that
// the client sends behind it before that has been judged, too.
// https://www.rfc-editor.org/rfc/rfc9112

#include <cstring>
#include <exception>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "portique/access/guard/guard_session.h"
#include "portique/access/guard/upgrade_rules.h"

namespace portique::access {

namespace asio = boost::asio;

using asio::experimental::awaitable_operators::operator||; // NOLINT(*-unused-using-decls): they are
using asio::experimental::awaitable_operators::operator&&; // NOLINT(*-unused-using-decls): used
using base::Result;
using http::Framing;

namespace {

/// What a client sends ahead while it waits for an answer.
constexpr std::size_t kReadAhead = 64U << 10U;
/// Of an answer that names what was created: from its end, where the names stand.
constexpr std::size_t kAnswerBytes = 1U << 20U;
/// How long a client may go on after the engine has ended a stream.
constexpr std::chrono::seconds kStreamLinger{30};
constexpr std::chrono::milliseconds kConnectPause{5};
constexpr int kConnectTries = 400;

base::Fd new_engine_socket() {
  return base::Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

/// errno, 0 if it is connected.
int connect_to(const base::Fd& socket, const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& text = path.native();
  if (text.size() >= sizeof(address.sun_path)) return ENAMETOOLONG;
  std::memcpy(address.sun_path, text.data(), text.size());
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  return ::connect(socket.get(), generic, sizeof(address)) == 0 ? 0 : errno;
}

/// Good until the request is over.
struct PassOfRequest {
  PassOfRequest(PassBook* from, std::string given) : book(from), word(std::move(given)) {}

  ~PassOfRequest() {
    if (!word.empty()) book->revoke(word);
  }

  PassOfRequest(const PassOfRequest&) = delete;
  PassOfRequest& operator=(const PassOfRequest&) = delete;

  PassBook* book;
  std::string word;
};

asio::awaitable<void> pause(std::chrono::steady_clock::duration time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

} // namespace

asio::awaitable<bool> GuardSession::connect() {
  // A connection that the engine has ended, or says something on that nobody asked for, is of no
  // use.
  if (engine_ && engine_->stream.is_open() && engine_->buffer.empty() && engine_->stream.is_quiet())
    co_return true;
  engine_.reset();
  base::Fd socket = new_engine_socket();
  int error = EAGAIN; // the engine's queue is full: it does not keep up
  for (int i = 0; i < kConnectTries && socket.valid(); ++i) {
    error = connect_to(socket, state_.options.engine);
    if (error != EAGAIN) break;
    co_await pause(kConnectPause);
  }
  if (error != 0) co_return false;
  const auto executor = connection_.stream.socket().get_executor();
  http::Stream::Socket stream(executor);
  boost::system::error_code failed;
  stream.assign(asio::generic::stream_protocol(AF_UNIX, 0), socket.get(), failed);
  if (failed) co_return false;
  socket.release();
  engine_ = std::make_unique<Engine>(std::move(stream));
  co_return true;
}

asio::awaitable<bool> GuardSession::inspect(const std::shared_ptr<Inspector>& inspector,
                                            bool from_client,
                                            std::string bytes,
                                            std::string& why) {
  if (!inspector || bytes.empty()) co_return true;
  auto work = [inspector, from_client, bytes = std::move(bytes)]() -> Result<void> {
    try {
      const std::scoped_lock lock(inspector->mutex);
      return from_client ? inspector->stream->on_client_bytes(bytes)
                         : inspector->stream->on_engine_bytes(bytes);
    } catch (const std::exception&) {
      return base::fail(base::Code::Malformed, "the stream could not be judged");
    }
  };
  auto outcome = co_await connection_.lane.run<Result<void>>(state_.patience(), std::move(work));
  if (!outcome) {
    why = "no decision came in time";
    co_return false;
  }
  if (!*outcome) why = outcome->error().message();
  co_return outcome->has_value();
}

asio::awaitable<bool> GuardSession::send_body(Transfer& transfer) {
  if (transfer.request->body_state != BodyState::Streamed) co_return true;
  const http::RequestHead& head = transfer.head;
  http::BodyReader reader(head.framing, head.length, http::ChunkedBody::Trailers::Refuse);
  while (!reader.done()) {
    if (client_.empty()) {
      const bool came = co_await client_.more();
      if (!came) co_return false;
    }
    std::string content;
    const auto used = reader.take(client_.bytes(), transfer.inspector ? &content : nullptr);
    if (!used) {
      transfer.refusal_status = 400;
      transfer.refusal = used.error().message();
      co_return false;
    }
    std::string why;
    const bool fine = co_await inspect(transfer.inspector, true, std::move(content), why);
    if (!fine) {
      transfer.refusal_status = 403;
      transfer.refusal = why;
      engine_->stream.close(); // it must not take what it has for all there is
      co_return false;
    }
    const bool passed = co_await engine_->stream.write(client_.bytes().substr(0, *used));
    if (!passed) co_return false;
    client_.drop(*used);
  }
  co_return true;
}

/// Ends only when it is cancelled: the answer decides when the transfer is over.
asio::awaitable<void> GuardSession::send(Transfer& transfer) {
  bool good = co_await engine_->stream.write(transfer.bytes);
  if (good) good = co_await send_body(transfer);
  transfer.sent = good;
  // An engine notices by this that a client is gone, or sends no more.
  while (good && client_.bytes().size() < kReadAhead)
    good = co_await client_.more();
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return;
  // What was sent ahead belongs to the stream that this may become: it goes before the end.
  const bool owes_bytes = transfer.sent && !client_.empty();
  if (!good && !owes_bytes && engine_->stream.is_open()) co_await engine_->stream.finish_writing();
  co_await pause(std::chrono::hours(24 * 365));
}

asio::awaitable<void>
GuardSession::tell_judge(const Transfer& transfer, int status, std::string body) {
  if (!transfer.ruling.changes) co_return;
  auto work = [&state = state_,
               ruling = transfer.ruling,
               caller = caller_,
               status,
               body = std::move(body)] {
    try {
      state.judge.completed(ruling, *caller, status, body);
    } catch (const std::exception&) {
      return false; // the owner of what was made stays unknown
    }
    return true;
  };
  co_await connection_.lane.run<bool>(
      state_.patience(), std::move(work), http::Lane::WhenFull::Wait);
}

asio::awaitable<GuardSession::Outcome>
GuardSession::pass_body(Transfer& transfer, std::size_t head, http::ResponseHead answer) {
  http::BodyReader reader(answer.framing, answer.length, http::ChunkedBody::Trailers::Pass);
  std::string content;
  std::string* wanted = transfer.ruling.wants_answer ? &content : nullptr;
  while (true) {
    const auto used = reader.take(engine_->buffer.bytes().substr(head), wanted);
    if (!used) co_return Outcome::Failed;
    if (content.size() > 2 * kAnswerBytes) content.erase(0, content.size() - kAnswerBytes);
    // Before the client can know that it is done: the next request may be about what was made.
    if (reader.done()) co_await tell_judge(transfer, answer.status, content);
    transfer.begun = true;
    const std::size_t size = head + *used;
    const bool passed = co_await connection_.stream.write(engine_->buffer.bytes().substr(0, size));
    if (!passed) co_return Outcome::Failed;
    engine_->buffer.drop(size);
    head = 0;
    if (reader.done()) co_return answer.keep_alive ? Outcome::Again : Outcome::Close;
    const bool came = co_await engine_->buffer.more();
    if (came) continue;
    if (answer.framing != Framing::Close) co_return Outcome::Failed;
    co_await tell_judge(transfer, answer.status, std::move(content));
    co_return Outcome::Close;
  }
}

asio::awaitable<GuardSession::Outcome> GuardSession::pass_answer(Transfer& transfer) {
  http::HeadLimits limits;
  http::HeadScanner scanner(limits.bytes);
  while (true) {
    const auto end = scanner.find(engine_->buffer.bytes());
    if (!end) co_return Outcome::Failed;
    if (!*end) {
      const bool came = co_await engine_->buffer.more();
      if (!came) co_return Outcome::Failed;
      continue;
    }
    const std::string_view bytes = engine_->buffer.bytes().substr(0, **end);
    auto answer = http::parse_response_head(bytes, transfer.head.method, limits);
    if (!answer) {
      transfer.refusal = "the engine's answer cannot be understood: " + answer.error().message();
      co_return Outcome::Failed;
    }
    const bool stream = begins_stream(transfer.head, *answer);
    if (answer->status == 101 && !stream) co_return Outcome::Failed;
    if (!stream && answer->status >= 200)
      co_return co_await pass_body(transfer, **end, *std::move(answer));
    if (answer->status != 100 || !transfer.invited) {
      transfer.begun |= stream;
      const bool passed = co_await connection_.stream.write(bytes);
      if (!passed) co_return Outcome::Failed;
    }
    engine_->buffer.drop(**end);
    if (stream) {
      co_await tell_judge(transfer, answer->status, {});
      co_return Outcome::Stream;
    }
    scanner = http::HeadScanner(limits.bytes);
  }
}

asio::awaitable<GuardSession::Outcome> GuardSession::exchange(Transfer& transfer) {
  if (transfer.request->body_state == BodyState::Streamed &&
      transfer.head.framing != Framing::None) {
    const auto first = co_await (send(transfer) || pass_answer(transfer));
    co_return first.index() == 1 ? std::get<1>(first) : Outcome::Failed;
  }
  // Nothing more is to be sent. An engine that does not want all of it may still answer.
  transfer.sent = co_await engine_->stream.write(transfer.bytes);
  waiting_ = true;
  const Outcome outcome = co_await pass_answer(transfer);
  waiting_ = false;
  co_return outcome;
}

std::string GuardSession::add_pass(Transfer& transfer) {
  if (state_.options.passes == nullptr) return {};
  auto word = state_.options.passes->issue(transfer.head.method, transfer.head.target);
  if (!word) return {}; // the plugin will decide as if nobody had
  constexpr std::size_t kLastBreak = 2;
  transfer.bytes.insert(transfer.head_size - kLastBreak,
                        fmt::format("{}: {}\r\n", kPassHeader, *word));
  return *std::move(word);
}

asio::awaitable<bool> GuardSession::forward(Transfer& transfer) {
  const bool connected = co_await connect();
  const bool outstanding = transfer.request->body_state == BodyState::Streamed;
  if (!connected)
    co_return co_await refuse(502,
                              "the engine cannot be reached at " + state_.options.engine.string(),
                              !outstanding && transfer.head.keep_alive,
                              transfer.head.method == "HEAD");
  const PassOfRequest pass{state_.options.passes, add_pass(transfer)};
  const Outcome outcome = co_await exchange(transfer);
  if (outcome == Outcome::Stream && transfer.sent) {
    co_await pass_stream(transfer);
    co_return false;
  }
  if (outcome == Outcome::Again && transfer.sent && transfer.head.keep_alive) co_return true;
  engine_.reset();
  if (outcome == Outcome::Failed && !transfer.begun && connection_.stream.is_open())
    co_return co_await refuse(
        transfer.refusal_status, transfer.refusal, false, transfer.head.method == "HEAD");
  // What is only half an answer must not look like a whole one.
  if (outcome != Outcome::Failed) co_await throw_away();
  co_return false;
}

asio::awaitable<void> GuardSession::pump_client(Transfer& transfer) {
  std::string why;
  while (true) {
    if (client_.empty()) {
      const bool came = co_await client_.more();
      if (!came) break;
    }
    if (transfer.inspector) {
      const bool fine =
          co_await inspect(transfer.inspector, true, std::string(client_.bytes()), why);
      if (!fine) co_return cut();
    }
    const bool passed = co_await engine_->stream.write(client_.bytes());
    if (!passed) co_return cut();
    client_.drop(client_.bytes().size());
  }
  co_await engine_->stream.finish_writing();
  finished_ = true;
}

asio::awaitable<void> GuardSession::pump_engine(Transfer& transfer) {
  std::string why;
  while (true) {
    if (engine_->buffer.empty()) {
      const bool came = co_await engine_->buffer.more();
      if (!came) break;
    }
    if (transfer.inspector) {
      const bool fine =
          co_await inspect(transfer.inspector, false, std::string(engine_->buffer.bytes()), why);
      if (!fine) co_return cut();
    }
    const bool passed = co_await connection_.stream.write(engine_->buffer.bytes());
    if (!passed) co_return cut();
    engine_->buffer.drop(engine_->buffer.bytes().size());
  }
  co_await connection_.stream.finish_writing();
  connection_.set_deadline(kStreamLinger);
}

asio::awaitable<void> GuardSession::pass_stream(Transfer& transfer) {
  transfer.bytes = {};
  co_await (pump_client(transfer) && pump_engine(transfer));
}

} // namespace portique::access
