#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// rebar.lock: packages of Hex, and repositories with their commit as version.
Analysis analyze_rebar_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kRebarLockEndings{"rebar.lock"};

inline constexpr Cataloger kRebarLock{
    .id = "rebar-lock",
    .version = 1,
    .files = "`rebar.lock`",
    .gives = "Hex packages with hashes",
    .locations = {},
    .endings = kRebarLockEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_rebar_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
