#pragma once

// One client of the guard. Includes Boost.Asio.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "portique/access/guard/guard.h"
#include "portique/access/guard/local_caller.h"
#include "portique/http/body_reader.h"
#include "portique/http/connection_loop.h"
#include "portique/http/message_head.h"
#include "portique/http/stream_buffer.h"

namespace portique::access {

/// What all sessions of a guard have in common.
struct GuardState {
  GuardState(const GuardOptions& given, Judge& judge_given, InspectStream inspect_given)
      : options(given), judge(judge_given), inspect(std::move(inspect_given)) {}

  /// The judge says no by itself when its time is over; this is for one that says nothing.
  [[nodiscard]] std::chrono::milliseconds patience() const { return judge.deadline() + kMargin; }

  GuardOptions options;
  Judge& judge;
  InspectStream inspect;
  Accounts accounts;
  std::atomic<std::uint64_t> body_bytes = 0; ///< held at present

private:
  static constexpr std::chrono::milliseconds kMargin{250};
};

/// The share of one request in GuardState::body_bytes.
class BodyShare {
public:
  explicit BodyShare(GuardState& state) : state_(state) {}

  ~BodyShare() { state_.body_bytes.fetch_sub(held_); }

  BodyShare(const BodyShare&) = delete;
  BodyShare& operator=(const BodyShare&) = delete;

  /// False if there is no room for so many bytes altogether.
  bool hold(std::uint64_t bytes);

private:
  GuardState& state_;
  std::uint64_t held_ = 0;
};

class GuardSession {
public:
  /// Both must outlive the session.
  GuardSession(GuardState& state, http::Connection& connection);
  ~GuardSession();
  GuardSession(const GuardSession&) = delete;
  GuardSession& operator=(const GuardSession&) = delete;

  /// Until the client has no more to ask.
  boost::asio::awaitable<void> run();

private:
  /// An inspector, shared with work that may be under way when the connection ends.
  struct Inspector {
    std::mutex mutex; ///< both directions of a stream ask
    std::unique_ptr<StreamInspector> stream;
  };

  /// Connection to the engine, kept for the client's next request.
  struct Engine {
    explicit Engine(http::Stream::Socket socket)
        : stream(std::move(socket)), buffer(stream, kLargestRead) {}

    http::Stream stream;
    http::StreamBuffer buffer;
  };

  enum class Outcome : std::uint8_t {
    Again,  ///< the answer is out, the connection can go on
    Close,  ///< the answer is out and was the last one
    Stream, ///< the connection is a stream of something else now
    Failed, ///< there is no answer, or not all of it
  };

  /// One request on its way.
  struct Transfer {
    http::RequestHead head;
    std::string bytes; ///< the head as it was sent, and the body as far as it was read
    std::size_t head_size = 0;
    std::shared_ptr<EngineRequest> request;
    Ruling ruling;
    std::shared_ptr<Inspector> inspector;
    bool invited = false; ///< the client got its 100 Continue from us
    bool sent = false;    ///< all of the request went to the engine
    bool begun = false;   ///< an answer went to the client
    int refusal_status = 502;
    std::string refusal = "the engine gave no answer";
  };

  static constexpr std::size_t kLargestRead = 256U << 10U;

  template <typename T> using Awaitable = boost::asio::awaitable<T>;

  Awaitable<bool> one_request();
  Awaitable<base::Result<http::RequestHead>> read_head(std::string& bytes);
  Awaitable<bool> read_body(Transfer& transfer, BodyShare& share);
  Awaitable<bool> decide(Transfer& transfer);
  Awaitable<bool> start_inspection(Transfer& transfer);
  Awaitable<bool> inspect(const std::shared_ptr<Inspector>& inspector,
                          bool from_client,
                          std::string bytes,
                          std::string& why);

  Awaitable<bool> connect();
  Awaitable<bool> forward(Transfer& transfer);
  /// Puts a pass at the end of the head; "" if the engine asks no plugin.
  std::string add_pass(Transfer& transfer);
  Awaitable<Outcome> exchange(Transfer& transfer);
  Awaitable<void> send(Transfer& transfer);
  Awaitable<bool> send_body(Transfer& transfer);
  Awaitable<Outcome> pass_answer(Transfer& transfer);
  Awaitable<Outcome> pass_body(Transfer& transfer, std::size_t head, http::ResponseHead answer);
  Awaitable<void> tell_judge(const Transfer& transfer, int status, std::string body);
  Awaitable<void> pass_stream(Transfer& transfer);
  Awaitable<void> pump_client(Transfer& transfer);
  Awaitable<void> pump_engine(Transfer& transfer);

  /// A refusal in the engine's own form; whether the connection can go on.
  Awaitable<bool> refuse(int status, std::string_view why, bool keep_alive, bool head_only = false);
  Awaitable<void> throw_away();
  void notice_end_of_client();
  void cut();

  GuardState& state_;
  http::Connection& connection_;
  http::StreamBuffer client_;
  std::shared_ptr<const base::Fd> process_; ///< shared as the caller is
  std::shared_ptr<const Identity> caller_;  ///< shared with decisions that are late
  std::unique_ptr<Engine> engine_;
  bool waiting_ = false;  ///< for an answer, while nobody reads from the client
  bool finished_ = false; ///< the client has sent its last byte of a stream
};

} // namespace portique::access
