#pragma once

// Ids of engines: "sha256:" and 64 hexadecimal digits of an image, the digits alone of all else.
// https://github.com/moby/moby pkg/stringid

#include <string_view>

namespace portique::access {

inline constexpr std::string_view kIdPrefix = "sha256:";

/// Without the prefix.
std::string_view id_digits(std::string_view id);

/// Whether a text is an id as a whole.
bool is_whole_id(std::string_view text);

/// Whether an engine may find a thing by a text as the beginning of its id.
bool may_begin_id(std::string_view text);

} // namespace portique::access
