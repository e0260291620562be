#pragma once

#include <compare>
#include <string_view>

namespace portique::version {

/// Alpine's order as apk-tools 3 has it: digit{.digit}[letter]{_suffix[number]}[~hash][-rN].
std::strong_ordering compare_apk(std::string_view a, std::string_view b);

/// What apk accepts as a version.
bool valid_apk(std::string_view version);

} // namespace portique::version
