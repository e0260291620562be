#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// Package.resolved of the Swift package manager (versions 1 to 3). Packages in local folders are
/// the project's own and left out.
Analysis analyze_package_resolved(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kPackageResolvedEndings{"Package.resolved"};

inline constexpr Cataloger kPackageResolved{
    .id = "package-resolved",
    .version = 1,
    .files = "`Package.resolved` (v1, v2, v3)",
    .gives = "Swift packages, their repository as the namespace",
    .locations = {},
    .endings = kPackageResolvedEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_package_resolved,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
