#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// What NuGet restored for a project before it was built. Packages that give the application no
/// file (analysers, build tasks) are for development.
Analysis analyze_nuget_assets(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kNugetAssetsEndings{"obj/project.assets.json"};

inline constexpr Cataloger kNugetAssets{
    .id = "nuget-assets",
    .version = 1,
    .files = "`obj/project.assets.json`",
    .gives = "NuGet packages with their scope, hashes and dependencies",
    .locations = {},
    .endings = kNugetAssetsEndings,
    .size_limit = &base::Limits::text_database_bytes,
    .analyze = analyze_nuget_assets,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
