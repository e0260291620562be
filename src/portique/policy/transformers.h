#pragma once

// What may stand around a field: tolower(proc.name).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace portique::policy {

enum class Transformer : std::uint8_t {
  Value, ///< val(): the field itself, on the right side of a comparison
  Lower,
  Upper,
  Basename,
  Base64,
  Length,
  Concat,
  Join,
};

std::optional<Transformer> find_transformer(std::string_view name);

/// "val", "tolower", ...
std::string_view transformer_name(Transformer transformer);

/// "val(), tolower(), ...", for complaints and the documentation.
std::string transformer_names();

/// What it does, in one line.
std::string_view transformer_meaning(Transformer transformer);

inline constexpr std::size_t kTransformerCount = 8;

} // namespace portique::policy
