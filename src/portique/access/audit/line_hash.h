#pragma once

// SHA-256 of lines and of the nodes of the trees over them.

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace portique::access {

using Hash = std::array<unsigned char, 32>;

/// 64 lower-case hexadecimal digits.
std::string hash_text(const Hash& hash);

/// Nothing if the text is anything but 64 lower-case hexadecimal digits.
std::optional<Hash> parse_hash(std::string_view text);

/// Keeps what one hash after another needs, which costs more than the hashing of a short line. For
/// one thread.
class LineHasher {
public:
  LineHasher();
  ~LineHasher();
  LineHasher(LineHasher&&) noexcept;
  LineHasher& operator=(LineHasher&&) noexcept;
  LineHasher(const LineHasher&) = delete;
  LineHasher& operator=(const LineHasher&) = delete;

  Hash of(std::string_view bytes);
  /// Of the concatenation.
  Hash of(std::string_view first, std::string_view second, std::string_view third = {});

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace portique::access
