#pragma once

// Looks into an HTTP/2 connection that flows by (RFC 9113, RFC 7541) and takes gRPC's messages out
// of the streams that somebody wants. It changes nothing; what it cannot follow is an error, upon
// which whoever relays the connection cuts it.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "portique/base/result.h"

namespace portique::access {

/// Who speaks: the side that opens streams, or the other.
enum class Side : std::uint8_t { Requester, Responder };

using Http2Headers = std::vector<std::pair<std::string, std::string>>;

/// The first header of that name (all are in lower case), or "".
std::string_view http2_header(const Http2Headers& headers, std::string_view name);

/// What becomes of the streams. An error ends the observation.
class Http2Watcher {
public:
  Http2Watcher() = default;
  Http2Watcher(const Http2Watcher&) = delete;
  Http2Watcher& operator=(const Http2Watcher&) = delete;
  virtual ~Http2Watcher() = default;

  /// A stream was opened. Returns whether its messages are wanted.
  virtual base::Result<bool> on_open(std::uint32_t stream, const Http2Headers& headers) = 0;
  /// A whole gRPC message of a wanted stream, before its last byte has been passed on. Borrowed.
  virtual base::Result<void>
  on_message(std::uint32_t stream, Side side, std::string_view message) = 0;
  /// A side has said all that it will on a wanted stream; nothing of it has been passed on yet.
  virtual base::Result<void> on_side_end(std::uint32_t stream, Side side) = 0;
  /// Nothing more will come of a stream.
  virtual void on_close(std::uint32_t stream) = 0;
};

class Http2Observer {
public:
  /// Borrows the watcher.
  explicit Http2Observer(Http2Watcher& watcher);
  ~Http2Observer();
  Http2Observer(const Http2Observer&) = delete;
  Http2Observer& operator=(const Http2Observer&) = delete;

  /// Bytes of one side in their order, cut wherever the network did. After an error nothing may
  /// follow.
  base::Result<void> feed(Side side, std::string_view bytes);

private:
  class Direction;

  /// gRPC's framing of one side of a stream: a flag, a length, a message.
  struct Messages {
    std::string buffer;
    bool ended = false;
  };

  struct Stream {
    bool wanted = false;
    Messages sides[2];
  };

  struct Frame {
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
    std::uint32_t stream = 0;
    std::uint32_t size = 0;
  };

  friend class Direction;

  base::Result<void> control_frame(Side side, const Frame& frame, std::string_view payload);
  base::Result<void> headers_done(Side side, std::uint32_t stream, bool end, Http2Headers headers);
  base::Result<void> data(Side side, std::uint32_t stream, std::string_view bytes);
  base::Result<void> side_end(Side side, std::uint32_t stream);
  void close(std::uint32_t stream);

  Http2Watcher* watcher_;
  std::unique_ptr<Direction> directions_[2];
  std::unordered_map<std::uint32_t, Stream> streams_;
  std::uint32_t last_stream_ = 0;
};

} // namespace portique::access
