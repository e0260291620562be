#pragma once

#include <compare>
#include <string_view>

namespace portique::version {

/// Conan's order: items between dots, numbers as numbers, letters behind a number count
/// ("1.1.1k"), zeros at the end do not. A pre-release comes before its version, build metadata
/// after it.
std::strong_ordering compare_conan(std::string_view a, std::string_view b);

/// Conan takes whatever has no blanks: "cci.20210309", "system".
bool valid_conan(std::string_view version);

} // namespace portique::version
