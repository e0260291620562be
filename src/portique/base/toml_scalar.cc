// https://toml.io/en/v1.0.0#integer and what follows there; dates and times are RFC 3339, 5.6.
#include "portique/base/toml_scalar.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <system_error>

#include "portique/base/text.h"

namespace portique::base {

namespace {

namespace json = boost::json;

bool is_digit_of(char c, int number_base) {
  return number_base <= 10 ? c >= '0' && c < '0' + number_base
                           : is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Digits without the underscores between them; nothing if there is anything else.
std::optional<std::string> digits_of(std::string_view text, int number_base = 10) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_digit_of(text[i], number_base)) {
      digits += text[i];
    } else if (text[i] != '_' || i == 0 || i + 1 == text.size() || text[i - 1] == '_') {
      return std::nullopt;
    }
  }
  if (digits.empty()) return std::nullopt;
  return digits;
}

std::optional<json::value> prefixed_integer(std::string_view word) {
  const int number_base = word.starts_with("0x")   ? 16
                          : word.starts_with("0o") ? 8
                          : word.starts_with("0b") ? 2
                                                   : 0;
  if (number_base == 0) return std::nullopt;
  const auto digits = digits_of(word.substr(2), number_base);
  if (!digits) return std::nullopt;
  const auto number = parse_int<std::int64_t>(*digits, number_base);
  if (!number) return std::nullopt;
  return json::value(*number);
}

/// The whole part of a number: no zero in front of other digits.
std::optional<std::string> whole_part(std::string_view text) {
  auto digits = digits_of(text);
  if (digits && digits->size() > 1 && digits->front() == '0') return std::nullopt;
  return digits;
}

/// "-1.5e+3" without its sign, as from_chars takes numbers; nothing if TOML does not.
std::optional<std::string> plain_float(std::string_view word) {
  const std::size_t exponent_at = std::min(word.find_first_of("eE"), word.size());
  const std::size_t dot = std::min(word.find('.'), exponent_at);
  auto number = whole_part(word.substr(0, dot));
  if (!number) return std::nullopt;
  if (dot != exponent_at) {
    const auto fraction = digits_of(word.substr(dot + 1, exponent_at - dot - 1));
    if (!fraction) return std::nullopt;
    *number += "." + *fraction;
  }
  if (exponent_at == word.size()) return number;
  std::string_view exponent = word.substr(exponent_at + 1);
  *number += 'e';
  if (exponent.starts_with('-')) *number += '-';
  if (exponent.starts_with('-') || exponent.starts_with('+')) exponent.remove_prefix(1);
  const auto digits = digits_of(exponent);
  if (!digits) return std::nullopt;
  return *number + *digits;
}

std::optional<json::value> decimal(std::string_view word) {
  const bool is_negative = word.starts_with('-');
  if (is_negative || word.starts_with('+')) word.remove_prefix(1);
  if (word == "inf" || word == "nan") {
    const double value = word == "inf" ? std::numeric_limits<double>::infinity()
                                       : std::numeric_limits<double>::quiet_NaN();
    return json::value(is_negative ? -value : value);
  }
  const bool is_integer = word.find_first_of(".eE") == std::string_view::npos;
  const auto plain = is_integer ? whole_part(word) : plain_float(word);
  if (!plain) return std::nullopt;
  const std::string number = (is_negative ? "-" : "") + *plain;
  if (is_integer) {
    const auto integer = parse_int<std::int64_t>(number);
    return integer ? std::optional(json::value(*integer)) : std::nullopt;
  }
  double value = 0;
  const char* end = number.data() + number.size();
  const auto [stopped, error] = std::from_chars(number.data(), end, value);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return json::value(value);
}

/// Takes `count` digits that are a number between two bounds.
bool take_number(std::string_view& rest, std::size_t count, int least, int most, int& number) {
  if (rest.size() < count || !std::ranges::all_of(rest.substr(0, count), is_digit)) return false;
  number = *parse_int<int>(rest.substr(0, count));
  rest.remove_prefix(count);
  return number >= least && number <= most;
}

bool take_char(std::string_view& rest, std::string_view one_of) {
  if (rest.empty() || !one_of.contains(rest.front())) return false;
  rest.remove_prefix(1);
  return true;
}

bool take_date(std::string_view& rest) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!take_number(rest, 4, 0, 9999, year) || !take_char(rest, "-") ||
      !take_number(rest, 2, 1, 12, month) || !take_char(rest, "-")) {
    return false;
  }
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  const int days = month == 2 ? (leap ? 29 : 28)
                              : (month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31);
  return take_number(rest, 2, 1, days, day);
}

bool take_time(std::string_view& rest) {
  int number = 0;
  if (!take_number(rest, 2, 0, 23, number) || !take_char(rest, ":") ||
      !take_number(rest, 2, 0, 59, number) || !take_char(rest, ":") ||
      !take_number(rest, 2, 0, 59, number)) {
    return false;
  }
  if (!rest.starts_with('.')) return true;
  const std::size_t end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
  if (end == 1) return false;
  rest.remove_prefix(end);
  return true;
}

bool is_offset(std::string_view text) {
  if (text == "Z" || text == "z") return true;
  int number = 0;
  return take_char(text, "+-") && take_number(text, 2, 0, 23, number) && take_char(text, ":") &&
         take_number(text, 2, 0, 59, number) && text.empty();
}

std::optional<json::value> date_or_time(std::string_view word) {
  std::string_view rest = word;
  if (take_time(rest) && rest.empty()) return json::value(word);
  rest = word;
  if (!take_date(rest)) return std::nullopt;
  if (rest.empty()) return json::value(word);
  if (!take_char(rest, "Tt ") || !take_time(rest) || !(rest.empty() || is_offset(rest)))
    return std::nullopt;
  std::string text(word);
  text[10] = 'T';
  if (text.back() == 'z') text.back() = 'Z';
  return json::value(text);
}

} // namespace

std::optional<json::value> toml_scalar(std::string_view word) {
  if (word == "true") return json::value(true);
  if (word == "false") return json::value(false);
  if (auto integer = prefixed_integer(word)) return integer;
  if (auto number = decimal(word)) return number;
  return date_or_time(word);
}

} // namespace portique::base
