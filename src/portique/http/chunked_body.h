#pragma once

// The chunked transfer coding (RFC 9112, 7.1), read strictly: what passes has one end, for
// everybody who reads it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "portique/base/result.h"

namespace portique::http {

class ChunkedBody {
public:
  enum class Trailers : std::uint8_t {
    Refuse, ///< requests: nobody needs them, and readers differ about what they may change
    Pass,   ///< answers
  };

  explicit ChunkedBody(Trailers trailers) : trailers_(trailers) {}

  /// Reads on in the message; how many of the bytes belong to it (all of them until done()).
  /// What the chunks hold is appended to `content` if there is one.
  base::Result<std::size_t> feed(std::string_view bytes, std::string* content);

  [[nodiscard]] bool done() const { return state_ == State::Done; }

  /// Bytes of content so far.
  [[nodiscard]] std::uint64_t size() const { return size_; }

private:
  enum class State : std::uint8_t {
    Size,
    Extension,
    SizeLineFeed,
    Content,
    ContentReturn,
    ContentLineFeed,
    TrailerStart,
    Trailer,
    TrailerLineFeed,
    LastLineFeed,
    Done,
  };

  base::Result<void> step(char c);
  base::Result<void> read_size(char c);
  base::Result<void> read_trailer(char c);
  base::Result<void> expect_line_feed(char c, State next);

  Trailers trailers_;
  State state_ = State::Size;
  unsigned digits_ = 0;
  std::uint64_t left_ = 0; ///< of the present chunk
  std::uint64_t size_ = 0;
  std::size_t extras_ = 0; ///< bytes of extensions and trailers, over the whole message
};

} // namespace portique::http
