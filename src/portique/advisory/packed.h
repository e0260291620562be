#pragma once

// How records lie in the database: numbers as varints (LEB128), texts with their length before
// them, all read in place. The file may be damaged, so every step is checked.

#include <cstdint>
#include <string>
#include <string_view>

#include "portique/base/byte_reader.h"
#include "portique/base/result.h"

namespace portique::advisory {

class PackedWriter {
public:
  explicit PackedWriter(std::string& out) : out_(&out) {}

  void number(std::uint64_t value) {
    while (value >= 0x80) {
      out_->push_back(static_cast<char>(value | 0x80U));
      value >>= 7U;
    }
    out_->push_back(static_cast<char>(value));
  }

  void text(std::string_view value) {
    number(value.size());
    out_->append(value);
  }

private:
  std::string* out_;
};

class PackedReader {
public:
  explicit PackedReader(base::Bytes bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  [[nodiscard]] bool at_end() const { return at_ == end_; }

  [[nodiscard]] std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_); }

  /// False once anything did not fit; every value read since is 0 or empty.
  [[nodiscard]] bool sound() const { return sound_; }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == end_) break;
      const auto byte = std::to_integer<std::uint64_t>(*at_++);
      value |= (byte & 0x7FU) << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    return broken();
  }

  /// A number of things that take at least one byte each, so a count beyond what is left is a lie.
  std::uint64_t count() {
    const std::uint64_t value = number();
    return value > remaining() ? broken() : value;
  }

  std::string_view text() { return base::as_text(bytes(number())); }

  base::Bytes bytes(std::uint64_t size) {
    if (size > remaining()) {
      broken();
      return {};
    }
    const base::Bytes taken(at_, static_cast<std::size_t>(size));
    at_ += size;
    return taken;
  }

private:
  std::uint64_t broken() {
    sound_ = false;
    at_ = end_;
    return 0;
  }

  const std::byte* at_;
  const std::byte* end_;
  bool sound_ = true;
};

} // namespace portique::advisory
