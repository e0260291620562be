#pragma once

// Reading JSON that a stranger wrote, on Boost.JSON: parse with bounds, then ask for members by
// name and type. A member of the wrong type counts as absent unless it is asked for as required.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "portique/base/result.h"

namespace portique::base {

/// Parses one JSON document (UTF-8, depth at most 64). Code::Malformed says at which byte.
Result<boost::json::value> parse_json(std::string_view text);

/// The same for JSON with comments and with commas before closing brackets ("JSONC"), as people and
/// some tools write it.
Result<boost::json::value> parse_json_with_comments(std::string_view text);

/// The object inside a value, or nullptr.
const boost::json::object* json_object(const boost::json::value* value);
/// The array inside a value, or nullptr.
const boost::json::array* json_array(const boost::json::value* value);

/// A member of an object, or nullptr; `object` may be nullptr.
const boost::json::value* json_member(const boost::json::object* object, std::string_view name);

/// A string member, or "" if it is absent or not a string. Borrowed from the object.
std::string_view json_string(const boost::json::object* object, std::string_view name);

/// An integer member that fits, or nothing.
std::optional<std::int64_t> json_integer(const boost::json::object* object, std::string_view name);

/// Members for loops: a missing or wrong member is the empty array or object.
const boost::json::array& json_items(const boost::json::object* object, std::string_view name);
const boost::json::object& json_fields(const boost::json::object* object, std::string_view name);

/// Indented with two blanks, members in their order, a final newline.
std::string pretty_json(const boost::json::value& value);

} // namespace portique::base
