#pragma once

// Instants in UTC, to the second.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace portique::base {

using Time = std::chrono::sys_seconds;

/// RFC 3339 ("2024-02-29T12:00:00Z", fractions and offsets allowed) or a bare date
/// ("2024-02-29", midnight UTC). Nothing if it is anything else or not a real date.
std::optional<Time> parse_time(std::string_view text);

/// "2024-02-29T12:00:00Z".
std::string format_time(Time time);

/// "2024-02-29".
std::string format_date(Time time);

/// The present; whoever computes with ages takes a Time as an argument and only the command line
/// asks this.
Time now();

/// How long ago, for people: "3 hours", "1 day", "2 years"; "less than a minute".
std::string format_age(std::chrono::seconds age);

} // namespace portique::base
