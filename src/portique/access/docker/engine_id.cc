#include "portique/access/docker/engine_id.h"

#include <algorithm>
#include <cstddef>

#include "portique/base/text.h"

namespace portique::access {

namespace {

constexpr std::size_t kIdDigits = 64;

bool are_digits(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char c) { return base::is_digit(c) || (c >= 'a' && c <= 'f'); });
}

} // namespace

std::string_view id_digits(std::string_view id) {
  return id.starts_with(kIdPrefix) ? id.substr(kIdPrefix.size()) : id;
}

bool is_whole_id(std::string_view text) {
  const std::string_view digits = id_digits(text);
  return digits.size() == kIdDigits && are_digits(digits);
}

bool may_begin_id(std::string_view text) {
  return !text.empty() && text.size() < kIdDigits && are_digits(text);
}

} // namespace portique::access
