#pragma once

// Where the body of a message ends, whatever its framing.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "portique/http/chunked_body.h"
#include "portique/http/message_head.h"

namespace portique::http {

class BodyReader {
public:
  BodyReader(Framing framing, std::uint64_t length, ChunkedBody::Trailers trailers)
      : framing_(framing), left_(length), chunks_(trailers) {}

  /// How many of the bytes belong to the body; its content is appended if `content` is there.
  base::Result<std::size_t> take(std::string_view bytes, std::string* content);

  /// Never with Framing::Close.
  [[nodiscard]] bool done() const;

private:
  Framing framing_;
  std::uint64_t left_; ///< of Framing::Length
  ChunkedBody chunks_;
};

} // namespace portique::http
