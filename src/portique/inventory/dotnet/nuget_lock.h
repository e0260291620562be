#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// NuGet's lock file: the packages of all frameworks that a project is built for.
Analysis analyze_nuget_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 2> kNugetLockEndings{"packages.lock.json",
                                                                   "packages.*.lock.json"};

inline constexpr Cataloger kNugetLock{
    .id = "nuget-lock",
    .version = 1,
    .files = "`packages.lock.json`, `packages.*.lock.json`",
    .gives = "NuGet packages with hashes and dependencies",
    .locations = {},
    .endings = kNugetLockEndings,
    .size_limit = &base::Limits::text_database_bytes,
    .analyze = analyze_nuget_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
