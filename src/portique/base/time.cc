#include "portique/base/time.h"

#include <array>

#include <fmt/format.h>

#include "portique/base/text.h"

namespace portique::base {

namespace {

/// Takes `digits` digits off the front.
std::optional<int> take_number(std::string_view& rest, std::size_t digits) {
  if (rest.size() < digits) return std::nullopt;
  const auto number = parse_int<unsigned>(rest.substr(0, digits));
  rest.remove_prefix(digits);
  if (!number) return std::nullopt;
  return static_cast<int>(*number);
}

bool take(std::string_view& rest, std::string_view any_of) {
  if (rest.empty() || any_of.find(rest.front()) == std::string_view::npos) return false;
  rest.remove_prefix(1);
  return true;
}

/// "Z", "+02:00" or "-0530": seconds to add to local time to get UTC.
std::optional<std::chrono::seconds> parse_offset(std::string_view rest) {
  if (rest == "Z" || rest == "z" || rest.empty()) return std::chrono::seconds{0};
  const bool east = rest.front() == '+';
  if (!take(rest, "+-")) return std::nullopt;
  const auto hours = take_number(rest, 2);
  take(rest, ":");
  const auto minutes = take_number(rest, 2);
  if (!hours || !minutes || !rest.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::chrono::seconds offset = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
  return east ? -offset : offset;
}

} // namespace

std::optional<Time> parse_time(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  const Time midnight = std::chrono::sys_days{date};
  if (text.empty()) return midnight;
  if (!take(text, "Tt ")) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ":")) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || !take(text, ":")) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  if (take(text, ".,"))
    while (!text.empty() && is_digit(text.front()))
      text.remove_prefix(1);
  const auto offset = parse_offset(text);
  if (!offset) return std::nullopt;
  return midnight + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
         std::chrono::seconds{*second} + *offset;
}

std::string format_time(Time time) {
  const std::chrono::hh_mm_ss clock{time - std::chrono::floor<std::chrono::days>(time)};
  return fmt::format("{}T{:02}:{:02}:{:02}Z",
                     format_date(time),
                     clock.hours().count(),
                     clock.minutes().count(),
                     clock.seconds().count());
}

std::string format_date(Time time) {
  // Not by fmt/chrono.h: it goes through nanoseconds, which end in the year 2262.
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(time)};
  return fmt::format("{:04}-{:02}-{:02}",
                     static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

Time now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string format_age(std::chrono::seconds age) {
  struct Unit {
    std::int64_t seconds;
    std::string_view name;
  };

  constexpr std::array kUnits{
      Unit{365 * 86400, "year"}, Unit{86400, "day"}, Unit{3600, "hour"}, Unit{60, "minute"}};
  for (const Unit& unit : kUnits) {
    const std::int64_t count = age.count() / unit.seconds;
    if (count >= 1) return fmt::format("{} {}{}", count, unit.name, count == 1 ? "" : "s");
  }
  return "less than a minute";
}

} // namespace portique::base
