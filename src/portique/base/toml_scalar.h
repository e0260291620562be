#pragma once

// Numbers, truth values, dates and times of TOML: what toml.h reads values with.

#include <optional>
#include <string_view>

#include <boost/json.hpp>

namespace portique::base {

/// The value of a word without quotes, or nothing if TOML knows no such value. Dates and times
/// become strings with "T" between them and "Z" for UTC.
std::optional<boost::json::value> toml_scalar(std::string_view word);

} // namespace portique::base
