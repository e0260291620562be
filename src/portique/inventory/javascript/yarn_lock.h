#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// yarn.lock of yarn 1 and of all later ones. Each name and version once, aliases and patched
/// packages under the real name; dependencies as the file resolves them. Workspaces and links to
/// folders are left out. The file does not tell what is for development only. Checksums of yarn 2
/// and later are of yarn's own archives and so are no hashes of the package. A lock file below
/// node_modules came with somebody's package and gives nothing.
Analysis analyze_yarn_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kYarnLockEndings{"yarn.lock"};

inline constexpr Cataloger kYarnLock{
    .id = "yarn-lock",
    .version = 1,
    .files = "`yarn.lock` (classic and berry)",
    .gives = "npm packages with hashes (classic) and dependencies",
    .locations = {},
    .endings = kYarnLockEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_yarn_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
