#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// What a .NET application or shared runtime runs with. Packages that only the compiler needed, or
/// that consist of nothing but their dependencies, have no file there and are left out; the parts
/// of the runtime that a self-contained application carries are packages.
Analysis analyze_dotnet_deps(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kDotnetDepsEndings{"*.deps.json"};

inline constexpr Cataloger kDotnetDeps{
    .id = "dotnet-deps",
    .version = 1,
    .files = "`*.deps.json`",
    .gives = "NuGet packages of an application, and the runtime's own",
    .locations = {},
    .endings = kDotnetDepsEndings,
    .size_limit = &base::Limits::text_database_bytes,
    .analyze = analyze_dotnet_deps,
};

} // namespace portique::inventory
