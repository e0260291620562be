#pragma once

// Framed messages between a parent and its sandboxed child over a Unix socket pair. Each side takes
// the other for hostile: a frame is bounded before memory is taken for it, and whatever breaks the
// framing ends the channel instead of being guessed at.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "portique/base/byte_reader.h"
#include "portique/base/fd.h"
#include "portique/base/result.h"

namespace portique::base {

using Deadline = std::chrono::steady_clock::time_point;

struct Message {
  std::uint32_t type = 0;
  std::string payload;
  std::optional<Fd> fd; ///< a descriptor that came along, close-on-exec
};

/// One end of the pair. Any thread may send; only one thread at a time may receive.
class Channel {
public:
  /// The two ends, connected, close-on-exec.
  static Result<std::pair<Fd, Fd>> socket_pair();

  explicit Channel(Fd socket) : socket_(std::move(socket)) {}

  /// No send or receive waits longer than this; after it they fail with Code::Timeout. To be set
  /// before the channel is shared with other threads.
  void set_deadline(Deadline deadline) { deadline_ = deadline; }

  /// Sends one whole message; `fd` stays the caller's. Waits while the peer is slow to read.
  /// Code::WorkerDied if the peer has closed its end. After any failure nothing more can be sent;
  /// what the peer has sent before can still be received.
  Result<void> send(std::uint32_t type, Bytes payload, const Fd* fd = nullptr);

  /// The next message. Code::WorkerDied if the peer has closed its end, Code::LimitExceeded if the
  /// payload is larger than `payload_limit` bytes, Code::Malformed if it is no frame,
  /// Code::Timeout after the earlier of the two deadlines. After any failure nothing more can
  /// be received.
  Result<Message> receive(std::uint64_t payload_limit,
                          std::optional<Deadline> deadline = std::nullopt);

  [[nodiscard]] const Fd& socket() const { return socket_; }

private:
  struct Header {
    std::uint32_t type = 0;
    std::uint64_t payload_bytes = 0;
  };

  Result<void> send_frame(std::string_view header, Bytes payload, const Fd* fd);
  Result<Header> receive_header(std::optional<Deadline> deadline, std::optional<Fd>& fd);
  Result<Message> receive_message(std::uint64_t payload_limit, std::optional<Deadline> deadline);

  Fd socket_;
  std::optional<Deadline> deadline_;
  std::mutex sending_;
  bool send_broken_ = false; ///< guarded by sending_
  bool receive_broken_ = false;
};

/// An Error as the payload of a message: code, message, places; at most kErrorPayloadBytes.
std::string encode_error(const Error& error);

/// The Error that a peer sent. The peer may be hostile: anything that is no encoded error is
/// Code::Malformed, and all text is made printable.
Result<Error> decode_error(Bytes payload);

inline constexpr std::uint64_t kErrorPayloadBytes = 64ULL * 1024;

} // namespace portique::base
