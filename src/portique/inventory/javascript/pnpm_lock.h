#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// pnpm-lock.yaml of the versions 5, 6 and 9. Each name and version once, aliases under the real
/// name, whatever peers it was installed with; dependencies as the file resolves them. Versions
/// before 9 say of each package whether it is for development; for 9 it follows from who asks for
/// it. Workspaces and folders are left out. A lock file below node_modules gives nothing.
Analysis analyze_pnpm_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kPnpmLockEndings{"pnpm-lock.yaml"};

inline constexpr Cataloger kPnpmLock{
    .id = "pnpm-lock",
    .version = 1,
    .files = "`pnpm-lock.yaml` (v5, v6, v9)",
    .gives = "npm packages with scope, hashes and dependencies",
    .locations = {},
    .endings = kPnpmLockEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_pnpm_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
