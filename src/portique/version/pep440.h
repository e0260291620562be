#pragma once

#include <compare>
#include <string_view>

namespace portique::version {

/// Python's order, PEP 440: [epoch!]release[pre][post][dev][+local], letters in any case and every
/// spelling that the PEP normalises. What is no such version comes before all that are.
std::strong_ordering compare_pep440(std::string_view a, std::string_view b);

/// What Python's packaging library accepts.
bool valid_pep440(std::string_view version);

} // namespace portique::version
