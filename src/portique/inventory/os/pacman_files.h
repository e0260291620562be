#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// The files of a package in pacman's database. The package is named by the folder:
/// "zlib-1:1.3.1-2".
Analysis analyze_pacman_files(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kPacmanFilesLocations{
    "var/lib/pacman/local/*/files",
};
inline constexpr std::array<std::string_view, 1> kPacmanFilesEndings{
    "pacman/local/*/files",
};

inline constexpr Cataloger kPacmanFiles{
    .id = "pacman-files",
    .version = 1,
    .files = "`var/lib/pacman/local/*/files`",
    .gives = "the files of each Arch package",
    .locations = kPacmanFilesLocations,
    .endings = kPacmanFilesEndings,
    .size_limit = &base::Limits::text_database_bytes,
    .analyze = analyze_pacman_files,
};

} // namespace portique::inventory
