#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace portique::model {

/// From least to most severe, so that < and >= mean what they say.
enum class Severity : std::uint8_t { Unknown, Negligible, Low, Medium, High, Critical };

/// "unknown", "negligible", ... "critical".
std::string_view severity_name(Severity severity);

/// Any case; also the words of the distributions: "important" is high, "moderate" is medium,
/// "unimportant", "none", "info" are negligible. Nothing for any other word.
std::optional<Severity> parse_severity(std::string_view word);

} // namespace portique::model
