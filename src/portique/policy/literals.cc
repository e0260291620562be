// What values mean to a field of a type.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "portique/base/nearest.h"
#include "portique/base/text.h"
#include "portique/model/severity.h"
#include "portique/policy/compiler.h"

namespace portique::policy {

namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array kDurations{Unit{"", 1},
                                Unit{"s", 1},
                                Unit{"m", 60},
                                Unit{"h", 3600},
                                Unit{"d", 86'400},
                                Unit{"w", 7 * 86'400},
                                Unit{"y", 365 * 86'400}};

constexpr std::array kSizes{Unit{"", 1},
                            Unit{"b", 1},
                            Unit{"k", 1e3},
                            Unit{"kb", 1e3},
                            Unit{"m", 1e6},
                            Unit{"mb", 1e6},
                            Unit{"g", 1e9},
                            Unit{"gb", 1e9},
                            Unit{"t", 1e12},
                            Unit{"tb", 1e12},
                            Unit{"kib", 1024},
                            Unit{"mib", 1024.0 * 1024},
                            Unit{"gib", 1024.0 * 1024 * 1024}};

std::string shown(const Literal& literal) {
  constexpr std::size_t kLongest = 60;
  return "'" + base::printable(std::string_view(literal.text).substr(0, kLongest)) + "'";
}

std::optional<double> number_of(std::string_view text) {
  double number = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

Checked<std::int64_t>
with_unit(const Literal& literal, std::span<const Unit> units, std::string_view what) {
  const std::string text = base::to_lower(literal.text);
  const std::size_t end = std::min(text.find_first_not_of("+-.0123456789"), text.size());
  const auto number = number_of(std::string_view(text).substr(0, end));
  const auto unit = std::ranges::find(units, std::string_view(text).substr(end), &Unit::name);
  constexpr double kLargest = 9e18;
  if (!number || unit == units.end() || std::fabs(*number * unit->factor) > kLargest)
    return refuse(shown(literal) + " is no " + std::string(what), literal.span);
  return static_cast<std::int64_t>(*number * unit->factor);
}

Checked<std::int64_t> severity_literal(const Literal& literal) {
  if (const auto severity = model::parse_severity(literal.text))
    return static_cast<std::int64_t>(*severity);
  std::vector<std::string> words;
  for (int i = 0; i <= static_cast<int>(model::Severity::Critical); ++i)
    words.emplace_back(model::severity_name(static_cast<model::Severity>(i)));
  const std::string near = base::nearest(literal.text, words);
  return refuse(shown(literal) + " is no severity" +
                    (near.empty() ? "; there are: unknown, negligible, low, medium, high, critical"
                                  : "; did you mean " + near + "?"),
                literal.span);
}

Checked<std::int64_t> boolean_literal(const Literal& literal) {
  const std::string text = base::to_lower(literal.text);
  if (text == "true" || text == "1") return 1;
  if (text == "false" || text == "0") return 0;
  return refuse(shown(literal) + " is no boolean; there are: true, false", literal.span);
}

} // namespace

Checked<std::int64_t> integer_literal(Type type, const Literal& literal) {
  switch (type) {
  case Type::Severity:
    return severity_literal(literal);
  case Type::Boolean:
    return boolean_literal(literal);
  case Type::Duration:
    return with_unit(literal, kDurations, "duration such as 30, 90m, 12h, 7d or 2w");
  case Type::Size:
    return with_unit(literal, kSizes, "size such as 4096, 10KB, 500MB or 2GiB");
  default:
    break;
  }
  std::string_view digits = literal.text;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  const bool hexadecimal = digits.starts_with("0x") || digits.starts_with("0X");
  if (hexadecimal) digits.remove_prefix(2);
  const auto number = digits.starts_with('-')
                          ? std::nullopt
                          : base::parse_int<std::int64_t>(digits, hexadecimal ? 16 : 10);
  if (!number) return refuse(shown(literal) + " is no whole number", literal.span);
  return negative ? -*number : *number;
}

Checked<double> decimal_literal(const Literal& literal) {
  if (const auto number = number_of(literal.text)) return *number;
  return refuse(shown(literal) + " is no number", literal.span);
}

} // namespace portique::policy
