#pragma once

// A request's body as the trail keeps it: bounded, and without what may be a secret. In the place
// of what is not kept stands a text with three stars, so that nobody takes it for a value.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace portique::access {

/// What a record takes of a body: the create request of a container with all its options has some
/// 3 KiB, one with a hundred mounts 12.
inline constexpr std::size_t kRecordedBodyBytes = 24U << 10U;

/// In the place of what would be too much.
inline constexpr std::string_view kNotKept = "*** too long";

/// Whether a text stands for something that was left out of the trail, whole or in part.
bool is_left_out(std::string_view text);

/// What a record holds of a body: the body itself if it is small and holds no secret. Values of
/// environment variables, and what is named or formed like a secret, give way. If it is too large,
/// its largest parts give way first; a text if nothing is left.
boost::json::value recorded_body(const boost::json::object& body);

/// What was left out of a value at the end of a path, as conditions walk it: "redacted", "too
/// long", or "" if it is known.
std::string body_gap(const boost::json::value& body, std::span<const std::string> path);

} // namespace portique::access
