#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/model/package.h"

namespace portique::inventory {

/// A NuGet package; nothing if the name or the version cannot be one.
std::optional<model::Package> nuget_package(std::string_view name, std::string_view version);

/// "Name/1.0", as the files of the .NET SDK key their libraries.
std::optional<model::Package> nuget_package(std::string_view key);

/// A SHA-512 in base64, behind "sha512-" or bare, as Package::hashes has it; none if it is broken.
std::vector<std::string> nuget_hashes(std::string_view base64);

/// The one version that a request for a package comes to: "1.2" (which NuGet reads as "1.2 or
/// later" and takes 1.2) and "[1.2]"; "" for ranges, floating versions and what is not resolved.
std::string_view nuget_single_version(std::string_view requested);

} // namespace portique::inventory
