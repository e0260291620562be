#pragma once

// How many columns a terminal gives to a text. Independent of the locale, unlike wcwidth(3).

#include <cstddef>
#include <string>
#include <string_view>

namespace portique::report {

/// Columns of a text that is printable (base::printable): wide characters take two, combining marks
/// none, all others one.
std::size_t display_width(std::string_view text);

/// The text if it fits into so many columns; else its beginning with `ellipsis` behind it, both
/// together no wider than `columns`. Never cuts inside a character.
std::string cut_to_width(std::string_view text, std::size_t columns, std::string_view ellipsis);

} // namespace portique::report
