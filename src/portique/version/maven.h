#pragma once

#include <compare>
#include <string_view>

namespace portique::version {

/// Maven's order, as ComparableVersion of Maven 3.8 has it.
std::strong_ordering compare_maven(std::string_view a, std::string_view b);

/// Maven orders every text; empty ones are left out.
bool valid_maven(std::string_view version);

} // namespace portique::version
