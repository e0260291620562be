#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// The files of a package of opkg. The package is named by the file: "dropbear.list".
Analysis analyze_opkg_files(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 2> kOpkgFilesLocations{
    "usr/lib/opkg/info/*.list",
    "var/lib/opkg/info/*.list",
};
inline constexpr std::array<std::string_view, 1> kOpkgFilesEndings{
    "opkg/info/*.list",
};

inline constexpr Cataloger kOpkgFiles{
    .id = "opkg-files",
    .version = 1,
    .files = "`usr/lib/opkg/info/*.list`, `var/lib/opkg/info/*.list`",
    .gives = "the files of each opkg package",
    .locations = kOpkgFilesLocations,
    .endings = kOpkgFilesEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_opkg_files,
};

} // namespace portique::inventory
