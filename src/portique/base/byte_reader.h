#pragma once

// The one way to read binary formats: a cursor over bytes that are not ours, every step checked.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "portique/base/result.h"

namespace portique::base {

using Bytes = std::span<const std::byte>;

/// The same memory, seen as bytes or as text.
inline Bytes as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Cursor over borrowed bytes. Every read checks what is left and fails with Code::Truncated.
class ByteReader {
public:
  explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

  [[nodiscard]] std::size_t offset() const { return offset_; }

  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - offset_; }

  [[nodiscard]] bool at_end() const { return remaining() == 0; }

  /// The next `count` bytes, borrowed.
  Result<Bytes> take(std::size_t count) {
    if (count > remaining()) return fail(Code::Truncated, "data ends early");
    const Bytes taken = bytes_.subspan(offset_, count);
    offset_ += count;
    return taken;
  }

  Result<void> skip(std::size_t count) {
    if (count > remaining()) return fail(Code::Truncated, "data ends early");
    offset_ += count;
    return {};
  }

  /// Moves to an absolute offset inside the bytes (the end included).
  Result<void> seek(std::size_t offset) {
    if (offset > bytes_.size())
      return fail(Code::Truncated, "offset lies behind the end of the data");
    offset_ = offset;
    return {};
  }

  template <std::unsigned_integral T> Result<T> le() { return integer<T>(false); }

  template <std::unsigned_integral T> Result<T> be() { return integer<T>(true); }

private:
  template <std::unsigned_integral T> Result<T> integer(bool big_endian) {
    const Bytes raw = PQ_TRY(take(sizeof(T)));
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      const std::size_t at = big_endian ? i : sizeof(T) - 1 - i;
      value = (value << 8U) | std::to_integer<std::uint64_t>(raw[at]);
    }
    return static_cast<T>(value);
  }

  Bytes bytes_;
  std::size_t offset_ = 0;
};

} // namespace portique::base
