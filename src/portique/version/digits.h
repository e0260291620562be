#pragma once

// Numbers of any length, as versions have them.

#include <compare>
#include <string_view>

#include "portique/base/text.h"

namespace portique::version {

/// The run of digits that begins at `at`, which moves behind it.
inline std::string_view take_digits(std::string_view text, std::size_t& at) {
  const std::size_t begin = at;
  while (at < text.size() && base::is_digit(text[at]))
    ++at;
  return text.substr(begin, at - begin);
}

inline std::string_view without_leading_zeros(std::string_view digits) {
  while (!digits.empty() && digits.front() == '0')
    digits.remove_prefix(1);
  return digits;
}

/// Order of two numbers; "" is 0.
inline std::strong_ordering compare_digits(std::string_view a, std::string_view b) {
  a = without_leading_zeros(a);
  b = without_leading_zeros(b);
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

} // namespace portique::version
