#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// Pipfile.lock: "develop" is for development, every other category is needed. Repositories,
/// folders and archives have no version there and are left out.
Analysis analyze_pipfile_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kPipfileLockEndings{"Pipfile.lock"};

inline constexpr Cataloger kPipfileLock{
    .id = "pipfile-lock",
    .version = 1,
    .files = "`Pipfile.lock`",
    .gives = "Python packages with scope and hashes",
    .locations = {},
    .endings = kPipfileLockEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_pipfile_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
