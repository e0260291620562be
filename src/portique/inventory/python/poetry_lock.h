#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// poetry.lock of Poetry 1 and 2. Poetry 1.0 to 1.4 tell what is for development by a category,
/// 2 by groups (all but "main" are); 1.5 to 1.8 do not tell. Folders are left out.
Analysis analyze_poetry_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kPoetryLockEndings{"poetry.lock"};

inline constexpr Cataloger kPoetryLock{
    .id = "poetry-lock",
    .version = 1,
    .files = "`poetry.lock`",
    .gives = "Python packages with scope, hashes and dependencies",
    .locations = {},
    .endings = kPoetryLockEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_poetry_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
