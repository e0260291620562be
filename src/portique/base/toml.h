#pragma once

// TOML 1.0 that a stranger wrote, as the JSON value that it means, within bounds.
//
// What is read is asked for with json.h: tables are objects, dates and times are strings as RFC
// 3339 writes them.

#include <string_view>

#include <boost/json.hpp>

#include "portique/base/limits.h"
#include "portique/base/result.h"

namespace portique::base {

/// Parses one document, whose value is an object. Code::Malformed for what TOML forbids (keys that
/// stand twice among it), Code::LimitExceeded beyond the `toml_` limits or 64 levels of nesting;
/// both say in which line and column.
Result<boost::json::value> parse_toml(std::string_view text, const Limits& limits);

} // namespace portique::base
