#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// Bundler's lock file: gems of the sections GEM, GIT and PATH with their dependencies. Bundler
/// does not write down which of them are for development.
Analysis analyze_gemfile_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 2> kGemfileLockEndings{"Gemfile.lock", "gems.locked"};

inline constexpr Cataloger kGemfileLock{
    .id = "gemfile-lock",
    .version = 1,
    .files = "`Gemfile.lock`, `gems.locked`",
    .gives = "gems with hashes and dependencies",
    .locations = {},
    .endings = kGemfileLockEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_gemfile_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
