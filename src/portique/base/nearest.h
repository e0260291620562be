#pragma once

#include <span>
#include <string>
#include <string_view>

namespace portique::base {

/// The known word nearest to what was typed, if it is near enough to be a slip of the fingers; else
/// "". Distance counts insertions, deletions, replacements and swaps of neighbours.
std::string nearest(std::string_view typed, std::span<const std::string> known);

} // namespace portique::base
