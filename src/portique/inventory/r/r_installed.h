#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// DESCRIPTION of an installed package. Elsewhere than in a library folder it counts if R has built
/// it, for sources have such a file too.
Analysis analyze_r_installed(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kRInstalledEndings{"*/DESCRIPTION"};

inline constexpr Cataloger kRInstalled{
    .id = "r-installed",
    .version = 1,
    .files = "`*/DESCRIPTION` in a `library` or `site-library` folder, or with the field `Built`",
    .gives = "installed R packages with licences and the names of their dependencies",
    .locations = {},
    .endings = kRInstalledEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_r_installed,
};

} // namespace portique::inventory
