#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// package-lock.json and npm-shrinkwrap.json of the versions 1, 2 and 3. Each name and version
/// once, aliases under the real name; dependencies as npm would find them from each place. The
/// project itself, its workspaces and links to folders are left out. A lock file below node_modules
/// came with somebody's package and gives nothing.
Analysis analyze_npm_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 2> kNpmLockEndings{
    "package-lock.json",
    "npm-shrinkwrap.json",
};

inline constexpr Cataloger kNpmLock{
    .id = "npm-lock",
    .version = 1,
    .files = "`package-lock.json`, `npm-shrinkwrap.json` (v1, v2, v3)",
    .gives = "npm packages with scope, licences, hashes and dependencies",
    .locations = {},
    .endings = kNpmLockEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_npm_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
