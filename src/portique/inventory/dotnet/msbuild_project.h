#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// Project files of MSBuild, central package versions and the older packages.config: the packages
/// that they ask for in one version. Private assets and development dependencies are for
/// development. Conditions are not decided: whatever is asked for counts.
Analysis analyze_msbuild_project(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 7> kMsbuildProjectEndings{
    "*.csproj",
    "*.fsproj",
    "*.vbproj",
    "Directory.Packages.props",
    "Directory.Build.props",
    "packages.config",
    "packages.*.config",
};

inline constexpr Cataloger kMsbuildProject{
    .id = "msbuild-project",
    .version = 1,
    .files = "`*.csproj`, `*.fsproj`, `*.vbproj`, `Directory.Packages.props`, "
             "`Directory.Build.props`, `packages.config`, `packages.*.config`",
    .gives = "NuGet packages with their scope, whose version the file tells",
    .locations = {},
    .endings = kMsbuildProjectEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_msbuild_project,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
