#pragma once

#include <compare>
#include <string_view>

namespace portique::version {

/// Debian's order, deb-version(7): [epoch:]upstream[-revision].
std::strong_ordering compare_dpkg(std::string_view a, std::string_view b);

/// What dpkg accepts: an epoch that is a number, something behind it, no blanks inside, and only
/// the characters that upstream versions and revisions may have.
bool valid_dpkg(std::string_view version);

} // namespace portique::version
