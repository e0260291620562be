#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// cabal.project.freeze: what is constrained to one version.
Analysis analyze_cabal_freeze(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kCabalFreezeEndings{"cabal.project.freeze"};

inline constexpr Cataloger kCabalFreeze{
    .id = "cabal-freeze",
    .version = 1,
    .files = "`cabal.project.freeze`",
    .gives = "Haskell packages",
    .locations = {},
    .endings = kCabalFreezeEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_cabal_freeze,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
