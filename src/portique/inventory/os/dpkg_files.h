#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// dpkg's list of the files of one package, and the checksums that distroless images carry instead.
/// The package is named by the file: "libc6:amd64.list". A line that is no path, or has no checksum
/// before it, is an issue with its line number.
Analysis analyze_dpkg_files(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 2> kDpkgFilesLocations{
    "var/lib/dpkg/info/*.list",
    "var/lib/dpkg/status.d/*.md5sums",
};
inline constexpr std::array<std::string_view, 2> kDpkgFilesEndings{
    "dpkg/info/*.list",
    "dpkg/status.d/*.md5sums",
};

inline constexpr Cataloger kDpkgFiles{
    .id = "dpkg-files",
    .version = 1,
    .files = "`var/lib/dpkg/info/*.list`, `var/lib/dpkg/status.d/*.md5sums` (distroless)",
    .gives = "the files of each deb package",
    .locations = kDpkgFilesLocations,
    .endings = kDpkgFilesEndings,
    .size_limit = &base::Limits::text_database_bytes,
    .analyze = analyze_dpkg_files,
};

} // namespace portique::inventory
