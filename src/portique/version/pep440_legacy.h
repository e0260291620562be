#pragma once

#include <compare>
#include <string_view>

namespace portique::version {

/// The order that Python packaging gave versions from before PEP 440 ("2004d", "0.1-bulbasaur"),
/// until it refused them. Any text is one.
std::strong_ordering compare_legacy_pep440(std::string_view a, std::string_view b);

} // namespace portique::version
