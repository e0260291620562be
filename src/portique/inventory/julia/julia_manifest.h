#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// Manifest.toml of the formats 1 and 2. Standard libraries have the version of Julia where they
/// have none themselves; packages in folders are the project's own and left out.
Analysis analyze_julia_manifest(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 3> kJuliaManifestEndings{
    "Manifest.toml", "JuliaManifest.toml", "Manifest-v*.toml"};

inline constexpr Cataloger kJuliaManifest{
    .id = "julia-manifest",
    .version = 1,
    .files = "`Manifest.toml`, `JuliaManifest.toml`, `Manifest-v*.toml`",
    .gives = "Julia packages with dependencies, standard libraries among them",
    .locations = {},
    .endings = kJuliaManifestEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_julia_manifest,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
