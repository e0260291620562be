#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// pdm.lock. Newer files tell to which groups a package belongs: "default" is needed, "dev" is for
/// development; other groups may be extras of the project, so their packages count as optional.
/// Folders are left out.
Analysis analyze_pdm_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kPdmLockEndings{"pdm.lock"};

inline constexpr Cataloger kPdmLock{
    .id = "pdm-lock",
    .version = 1,
    .files = "`pdm.lock`",
    .gives = "Python packages with scope, hashes and dependencies",
    .locations = {},
    .endings = kPdmLockEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_pdm_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
