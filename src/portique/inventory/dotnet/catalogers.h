#pragma once

#include <array>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/dotnet/dotnet_deps.h"
#include "portique/inventory/dotnet/msbuild_project.h"
#include "portique/inventory/dotnet/nuget_assets.h"
#include "portique/inventory/dotnet/nuget_lock.h"

namespace portique::inventory {

/// What .NET's tools and applications leave behind.
inline constexpr std::array kDotnetCatalogers{
    kDotnetDeps,
    kNugetLock,
    kNugetAssets,
    kMsbuildProject,
};

} // namespace portique::inventory
