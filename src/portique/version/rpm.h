#pragma once

#include <compare>
#include <string_view>

namespace portique::version {

/// rpm's order of [epoch:]version[-release]. A missing epoch is 0, a missing release comes
/// before all others.
std::strong_ordering compare_rpm(std::string_view a, std::string_view b);

/// Anything with something other than an epoch in it; rpm itself takes every text.
bool valid_rpm(std::string_view version);

} // namespace portique::version
