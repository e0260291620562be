#pragma once

// Versions that are nothing but numbers.

#include <compare>
#include <string_view>

namespace portique::version {

/// R's package_version: numbers separated by '.' or '-'; "1.2" comes before "1.2.0".
std::strong_ordering compare_cran(std::string_view a, std::string_view b);
bool valid_cran(std::string_view version);

/// Haskell's package versioning policy: numbers separated by '.'; "1.2" comes before "1.2.0".
std::strong_ordering compare_hackage(std::string_view a, std::string_view b);
bool valid_hackage(std::string_view version);

} // namespace portique::version
