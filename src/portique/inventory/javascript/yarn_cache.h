#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// A package in the cache of yarn 2 or later, from where programs with Plug'n'Play run it without
/// unpacking. Archives in other folders named "cache" give nothing; one in yarn's without a package
/// is an issue.
Analysis analyze_yarn_cache(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kYarnCacheEndings{"cache/*.zip"};

inline constexpr Cataloger kYarnCache{
    .id = "yarn-cache",
    .version = 1,
    .files = "`.yarn/cache/*.zip`, `.yarn/berry/cache/*.zip` (Plug'n'Play)",
    .gives = "npm packages with licences and the names of their dependencies",
    .locations = {},
    .endings = kYarnCacheEndings,
    .size_limit = &base::Limits::binary_database_bytes,
    .analyze = analyze_yarn_cache,
};

} // namespace portique::inventory
