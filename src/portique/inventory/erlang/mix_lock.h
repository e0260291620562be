#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// mix.lock: packages of Hex, and repositories with their commit as version.
Analysis analyze_mix_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kMixLockEndings{"mix.lock"};

inline constexpr Cataloger kMixLock{
    .id = "mix-lock",
    .version = 1,
    .files = "`mix.lock`",
    .gives = "Hex packages with hashes and dependencies",
    .locations = {},
    .endings = kMixLockEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_mix_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
