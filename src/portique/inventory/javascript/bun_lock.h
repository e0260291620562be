#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// bun.lock. Each name and version once, aliases under the real name; dependencies as bun would
/// find them from each place, scopes by who asks for a package. Workspaces and links are left out.
/// The binary bun.lockb of older versions is an issue that says how to replace it. A lock file
/// below node_modules gives nothing.
Analysis analyze_bun_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 2> kBunLockEndings{"bun.lock", "bun.lockb"};

inline constexpr Cataloger kBunLock{
    .id = "bun-lock",
    .version = 1,
    .files = "`bun.lock`; `bun.lockb` is reported as unread",
    .gives = "npm packages with scope, hashes and dependencies",
    .locations = {},
    .endings = kBunLockEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_bun_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
