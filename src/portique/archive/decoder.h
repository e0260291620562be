#pragma once

// What the compression formats have in common: a decoder turns bytes into bytes, and one stream
// drives it over members, limits and the end of the input.

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "portique/archive/byte_stream.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"

namespace portique::archive {

/// One format's decoder.
class Decoder {
public:
  struct Step {
    std::size_t consumed = 0;
    std::size_t produced = 0;
    bool member_ended = false; ///< a whole gzip member, zstd frame, ... is out and was verified
  };

  Decoder() = default;
  virtual ~Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// Decodes from `in` to `out`, as much as fits. An empty `in` says that the input has ended. The
  /// head of a member (18 bytes, or the whole member) comes in one piece.
  /// Errors are without place; Code::Malformed, Code::LimitExceeded or Code::Unsupported.
  virtual base::Result<Step> step(base::Bytes in, std::span<std::byte> out) = 0;

  /// Makes ready for another member that begins with `head` (up to 6 bytes); false if none does.
  virtual bool start_member(base::Bytes head) = 0;

  /// The format's name for messages.
  [[nodiscard]] virtual std::string_view name() const = 0;
};

/// The decoded stream: see decompress().
std::unique_ptr<ByteStream> decoder_stream(std::unique_ptr<ByteStream> compressed,
                                           std::unique_ptr<Decoder> decoder,
                                           const base::Limits& limits);

} // namespace portique::archive
