#pragma once

// Small text tools that the standard library of g++ 12 lacks. All are byte-wise and locale-free.

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace portique::base {

/// Without blanks (space, tab, CR, LF, VT, FF) at both ends.
std::string_view trim(std::string_view text);

/// The parts between separators; "a,,b" has three parts, "" has one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);

/// The text before the first separator, which is taken off `rest` together with the separator.
/// Without a separator all of `rest` is returned and `rest` becomes empty.
std::string_view take_until(std::string_view& rest, char separator);

/// Whether the text fits a pattern with at most one "*" for any run of characters: "*.jar".
bool fits_star(std::string_view pattern, std::string_view text);

std::string to_lower(std::string_view text);
bool equals_ignore_case(std::string_view a, std::string_view b);

inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

inline bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

inline bool is_alnum(char c) {
  return is_digit(c) || is_alpha(c);
}

inline bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/// Whether the text is printable ASCII without blanks, and not empty.
bool is_word(std::string_view text);

/// The whole of `text` as a decimal number; nothing if it is anything else or does not fit.
template <typename T> std::optional<T> parse_int(std::string_view text, int number_base = 10) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value, number_base);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

/// Whether the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

/// Well-formed UTF-8 made from any bytes: each byte that is not part of a valid sequence becomes
/// U+FFFD.
std::string to_utf8(std::string_view text);

/// The first character of a text; `length` 0 if the text is empty or does not begin with a valid
/// sequence.
struct Utf8Char {
  std::size_t length = 0; ///< bytes
  std::uint32_t code_point = 0;
};

Utf8Char decode_utf8(std::string_view text);

/// Whether a character could move the cursor, turn the direction of writing or hide itself: C0,
/// DEL, C1, line separators, bidirectional controls, zero-width characters and tags.
bool is_unprintable(std::uint32_t code_point);

/// What an untrusted text looks like on a terminal: UTF-8, with every unprintable character shown
/// as U+FFFD.
std::string printable(std::string_view text);

/// Lower-case hexadecimal.
std::string to_hex(std::string_view bytes);

/// Base64 (RFC 4648, 4), padded.
std::string to_base64(std::string_view bytes);

/// The bytes; nothing if the text is not base64. Padding may be left out, line breaks may not.
std::optional<std::string> from_base64(std::string_view text);

} // namespace portique::base
