#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// A package of portage's database (Gentoo): category, name and version by the folders, the files
/// it owns by the file. Its name is "category/name".
Analysis analyze_portage_contents(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kPortageContentsLocations{
    "var/db/pkg/*/*/CONTENTS",
};
inline constexpr std::array<std::string_view, 1> kPortageContentsEndings{
    "db/pkg/*/*/CONTENTS",
};

inline constexpr Cataloger kPortageContents{
    .id = "portage-contents",
    .version = 1,
    .files = "`var/db/pkg/*/*/CONTENTS`",
    .gives = "Gentoo packages with their files",
    .locations = kPortageContentsLocations,
    .endings = kPortageContentsEndings,
    .size_limit = &base::Limits::text_database_bytes,
    .analyze = analyze_portage_contents,
};

} // namespace portique::inventory
