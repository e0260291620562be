#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// A package of pacman's database (Arch Linux, Manjaro, MSYS2). A description without name or
/// version is an issue.
Analysis analyze_pacman_desc(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kPacmanDescLocations{
    "var/lib/pacman/local/*/desc",
};
inline constexpr std::array<std::string_view, 1> kPacmanDescEndings{
    "pacman/local/*/desc",
};

inline constexpr Cataloger kPacmanDesc{
    .id = "pacman-desc",
    .version = 1,
    .files = "`var/lib/pacman/local/*/desc`",
    .gives = "Arch packages with epoch, source package, licences and dependencies",
    .locations = kPacmanDescLocations,
    .endings = kPacmanDescEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_pacman_desc,
};

} // namespace portique::inventory
