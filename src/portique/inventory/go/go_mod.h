#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// go.mod: what is required, directly or not, with replacements applied and excluded versions left
/// out, and the standard library of the toolchain that the file asks for. The module itself is no
/// dependency. A line that cannot be read is an issue with its number.
Analysis analyze_go_mod(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kGoModEndings{"go.mod"};

inline constexpr Cataloger kGoMod{
    .id = "go-mod",
    .version = 1,
    .files = "`go.mod`",
    .gives = "Go modules as required and replaced, and the standard library of the toolchain",
    .locations = {},
    .endings = kGoModEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_go_mod,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
