#pragma once

#include <compare>
#include <string_view>

namespace portique::version {

/// Composer's order: versions are normalised as its VersionParser does, and compared as PHP's
/// version_compare() does. A branch ("dev-main") comes before all else.
std::strong_ordering compare_packagist(std::string_view a, std::string_view b);

/// What Composer's VersionParser accepts, branches included.
bool valid_packagist(std::string_view version);

} // namespace portique::version
