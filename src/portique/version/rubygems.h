#pragma once

#include <compare>
#include <string_view>

namespace portique::version {

/// Gem::Version's order: numbers and words, a word makes a pre-release.
std::strong_ordering compare_rubygems(std::string_view a, std::string_view b);

/// What Gem::Version accepts.
bool valid_rubygems(std::string_view version);

} // namespace portique::version
