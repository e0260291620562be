// Reading and judging requests. What is allowed is passed on in guard_transfer.cc.

#include "portique/access/guard/guard_session.h"

#include <exception>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "portique/access/guard/upgrade_rules.h"
#include "portique/base/text.h"

namespace portique::access {

namespace asio = boost::asio;

using base::Code;
using base::Result;
using http::Framing;

namespace {

/// How long what a refused client still sends is thrown away, so that it can read our answer.
constexpr std::chrono::seconds kLinger{2};
constexpr std::string_view kBuildAction = "images.build";

Identity identify_certificate(const http::Peer& peer) {
  Identity identity;
  identity.proof = Proof::Certificate;
  identity.address = peer.address;
  identity.user = peer.certificate->common_name;
  identity.groups = peer.certificate->organizations;
  identity.groups.insert(identity.groups.end(),
                         peer.certificate->organization_units.begin(),
                         peer.certificate->organization_units.end());
  identity.certificate = peer.certificate->fingerprint;
  return identity;
}

Identity identify(const http::Peer& peer,
                  const std::shared_ptr<const base::Fd>& process,
                  Accounts& accounts) {
  if (peer.certificate) return identify_certificate(peer);
  if (peer.process && process) return identify_local(*peer.process, *process, accounts);
  return Identity{.address = peer.address};
}

Ruling denial(std::string reason) {
  Ruling ruling;
  ruling.decision.reason = std::move(reason);
  return ruling;
}

Ruling judge(Judge& judge, const EngineRequest& request, const Identity& caller) {
  try {
    return judge.judge(Gate::Guard, request, caller);
  } catch (const std::exception&) {
    return denial("the request could not be judged");
  }
}

/// What the request would be if its body were not there.
EngineRequest engine_request(const http::RequestHead& head) {
  EngineRequest request{.method = head.method, .target = head.target, .headers = head.headers};
  if (head.framing != Framing::None || !head.upgrade.empty())
    request.body_state = BodyState::Streamed;
  return request;
}

} // namespace

bool BodyShare::hold(std::uint64_t bytes) {
  if (bytes <= held_) return true;
  const std::uint64_t more = bytes - held_;
  if (state_.body_bytes.fetch_add(more) + more > state_.options.all_bodies_bytes) {
    state_.body_bytes.fetch_sub(more);
    return false;
  }
  held_ = bytes;
  return true;
}

GuardSession::GuardSession(GuardState& state, http::Connection& connection)
    : state_(state), connection_(connection), client_(connection.stream, kLargestRead) {
  connection.tick = [this] { notice_end_of_client(); };
  if (connection.peer.process)
    process_ = std::make_shared<const base::Fd>(
        peer_process_handle(connection.stream.socket().native_handle()));
}

GuardSession::~GuardSession() {
  connection_.tick = nullptr;
}

/// An engine ends what nobody waits for when it sees that its client is gone.
void GuardSession::notice_end_of_client() {
  // It sent its last byte; whether it still listens shows only here, as long as the engine is
  // silent.
  if (finished_ && connection_.stream.is_gone()) return cut();
  if (!waiting_ || !engine_ || !client_.empty() || !connection_.stream.is_ended()) return;
  waiting_ = false;
  boost::system::error_code ignored;
  engine_->stream.socket().shutdown(asio::socket_base::shutdown_send, ignored);
}

asio::awaitable<void> GuardSession::run() {
  bool again = true;
  while (again)
    again = co_await one_request();
  cut();
}

void GuardSession::cut() {
  connection_.stream.close();
  if (engine_) engine_->stream.close();
}

asio::awaitable<Result<http::RequestHead>> GuardSession::read_head(std::string& bytes) {
  const http::HeadLimits limits;
  http::HeadScanner scanner(limits.bytes);
  if (client_.empty()) {
    client_.rest();
    if (engine_) engine_->buffer.rest();
    connection_.set_deadline(state_.options.idle_timeout);
    connection_.set_idle(true);
    const bool came = co_await client_.more();
    if (!came) co_return base::fail(Code::Truncated, "");
  }
  connection_.set_idle(false);
  connection_.set_deadline(state_.options.head_timeout);
  while (true) {
    const auto end = scanner.find(client_.bytes());
    if (!end) co_return std::unexpected(end.error());
    if (*end) {
      bytes = client_.bytes().substr(0, **end);
      client_.drop(**end);
      co_return http::parse_request_head(bytes, limits);
    }
    const bool came = co_await client_.more();
    if (!came) co_return base::fail(Code::Truncated, "");
  }
}

asio::awaitable<bool> GuardSession::one_request() {
  Transfer transfer;
  Result<http::RequestHead> head = co_await read_head(transfer.bytes);
  if (!head) {
    if (head.error().code() != Code::Truncated)
      co_await refuse(http::status_of_refusal(head.error()), head.error().message(), false);
    co_return false;
  }
  transfer.head = *std::move(head);
  transfer.head_size = transfer.bytes.size();
  const auto upgrade = check_upgrade(transfer.head);
  if (!upgrade) co_return co_await refuse(400, upgrade.error().message(), false);
  transfer.request = std::make_shared<EngineRequest>(engine_request(transfer.head));
  BodyShare share(state_);
  if (transfer.head.framing != Framing::None && state_.judge.wants_body(*transfer.request)) {
    const bool whole = co_await read_body(transfer, share);
    if (!whole) co_return false;
  }
  connection_.clear_deadline();
  const bool decided = co_await decide(transfer);
  const bool outstanding =
      transfer.request->body_state == BodyState::Streamed || !transfer.head.keep_alive;
  if (!decided || !transfer.ruling.decision.allow)
    co_return co_await refuse(transfer.ruling.decision.missing ? 404 : 403,
                              transfer.ruling.decision.reason,
                              !outstanding,
                              transfer.head.method == "HEAD");
  // A build through BuildKit has no body of its own: what it is made of flows through its session,
  // which has to know of the request.
  const bool flows =
      transfer.request->body_state == BodyState::Streamed || transfer.ruling.action == kBuildAction;
  if (flows && state_.inspect) {
    const bool inspected = co_await start_inspection(transfer);
    if (!inspected) co_return false;
  }
  co_return co_await forward(transfer);
}

asio::awaitable<bool> GuardSession::read_body(Transfer& transfer, BodyShare& share) {
  const http::RequestHead& head = transfer.head;
  constexpr std::string_view kTooLong = "the body is too long to be judged";
  constexpr std::string_view kNoRoom = "too many bodies are waiting to be judged";
  const std::uint64_t limit = state_.options.body_bytes;
  if (head.framing == Framing::Length && head.length > limit)
    co_return co_await refuse(413, kTooLong, false);
  if (!share.hold(head.length)) co_return co_await refuse(503, kNoRoom, false);
  http::BodyReader reader(head.framing, head.length, http::ChunkedBody::Trailers::Refuse);
  const bool chunked = head.framing == Framing::Chunked;
  std::uint64_t read = 0;
  while (!reader.done()) {
    if (client_.empty()) {
      connection_.set_deadline(state_.options.body_timeout);
      if (head.expects_continue && !transfer.invited) {
        transfer.invited = true;
        const bool sent = co_await connection_.stream.write("HTTP/1.1 100 Continue\r\n\r\n");
        if (!sent) co_return false;
      }
      const bool came = co_await client_.more();
      if (!came) co_return false;
    }
    const auto used = reader.take(client_.bytes(), &transfer.request->body);
    if (!used) co_return co_await refuse(400, used.error().message(), false);
    // A chunked body is kept twice: as it was sent, and as it is meant.
    transfer.bytes += client_.bytes().substr(0, *used);
    client_.drop(*used);
    read += *used;
    if (read > limit) co_return co_await refuse(413, kTooLong, false);
    if (chunked && !share.hold(2 * read)) co_return co_await refuse(503, kNoRoom, false);
  }
  transfer.request->body_state = BodyState::Whole;
  co_return true;
}

asio::awaitable<bool> GuardSession::decide(Transfer& transfer) {
  struct Answer {
    Ruling ruling;
    std::shared_ptr<const Identity> caller;
  };

  // The work owns what it needs: it may still run when this connection is gone.
  auto work = [&state = state_,
               request = transfer.request,
               caller = caller_,
               process = process_,
               peer = caller_ ? http::Peer{} : connection_.peer]() mutable -> Answer {
    // Accounts may be looked up over a network.
    if (!caller) caller = std::make_shared<const Identity>(identify(peer, process, state.accounts));
    return {judge(state.judge, *request, *caller), caller};
  };
  auto answer = co_await connection_.lane.run<Answer>(state_.patience(), std::move(work));
  if (!answer) {
    transfer.ruling = denial("no decision came in time");
    co_return false;
  }
  caller_ = std::move(answer->caller);
  process_.reset();
  transfer.ruling = std::move(answer->ruling);
  co_return true;
}

asio::awaitable<bool> GuardSession::start_inspection(Transfer& transfer) {
  using Made = Result<std::unique_ptr<StreamInspector>>;
  auto work = [&state = state_,
               request = transfer.request,
               caller = caller_,
               ruling = transfer.ruling]() -> Made {
    try {
      return state.inspect(*request, *caller, ruling);
    } catch (const std::exception&) {
      return base::fail(Code::Malformed, "the stream could not be judged");
    }
  };
  auto made = co_await connection_.lane.run<Made>(state_.patience(), std::move(work));
  if (!made) co_return co_await refuse(403, "no decision came in time", false);
  if (!*made) co_return co_await refuse(403, made->error().message(), false);
  if (**made == nullptr) co_return true;
  transfer.inspector = std::make_shared<Inspector>();
  transfer.inspector->stream = std::move(**made);
  co_return true;
}

asio::awaitable<bool>
GuardSession::refuse(int status, std::string_view why, bool keep_alive, bool head_only) {
  // 404 are the engine's own words.
  const std::string reason = status == 403
                                 ? fmt::format("authorization denied by portique: {}", why)
                             : status == 404 ? std::string(why)
                                             : fmt::format("portique: {}", why);
  const std::string body =
      boost::json::serialize(boost::json::object{{"message", base::to_utf8(reason)}}) + "\n";
  std::string bytes = fmt::format("HTTP/1.1 {} {}\r\nContent-Type: application/json\r\n"
                                  "Content-Length: {}\r\n{}\r\n",
                                  status,
                                  http::reason_phrase(status),
                                  body.size(),
                                  keep_alive ? "" : "Connection: close\r\n");
  if (!head_only) bytes += body;
  connection_.set_deadline(state_.options.body_timeout);
  const bool sent = co_await connection_.stream.write(bytes);
  if (sent && !keep_alive) co_await throw_away();
  co_return sent&& keep_alive;
}

asio::awaitable<void> GuardSession::throw_away() {
  connection_.set_deadline(kLinger);
  co_await connection_.stream.finish_writing();
  while (true) {
    client_.drop(client_.bytes().size());
    const bool more = co_await client_.more();
    if (!more) break;
  }
}

} // namespace portique::access
