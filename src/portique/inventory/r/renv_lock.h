#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// renv.lock: packages of CRAN, Bioconductor and repositories.
Analysis analyze_renv_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kRenvLockEndings{"renv.lock"};

inline constexpr Cataloger kRenvLock{
    .id = "renv-lock",
    .version = 1,
    .files = "`renv.lock`",
    .gives = "R packages with licences and the names of their dependencies",
    .locations = {},
    .endings = kRenvLockEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_renv_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
