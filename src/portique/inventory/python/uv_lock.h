#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// uv.lock. The project, its workspace and other folders are left out, but tell by what they ask
/// for what a package is there for: dependencies, extras (optional), groups (development).
Analysis analyze_uv_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kUvLockEndings{"uv.lock"};

inline constexpr Cataloger kUvLock{
    .id = "uv-lock",
    .version = 1,
    .files = "`uv.lock`",
    .gives = "Python packages with scope, hashes and dependencies",
    .locations = {},
    .endings = kUvLockEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_uv_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
