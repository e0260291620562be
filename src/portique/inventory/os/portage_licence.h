#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// The licences of a package of portage's database, as the ebuild names them.
Analysis analyze_portage_licence(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kPortageLicenceLocations{
    "var/db/pkg/*/*/LICENSE",
};
inline constexpr std::array<std::string_view, 1> kPortageLicenceEndings{
    "db/pkg/*/*/LICENSE",
};

inline constexpr Cataloger kPortageLicence{
    .id = "portage-licence",
    .version = 1,
    .files = "`var/db/pkg/*/*/LICENSE`",
    .gives = "licences of Gentoo packages",
    .locations = kPortageLicenceLocations,
    .endings = kPortageLicenceEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_portage_licence,
};

} // namespace portique::inventory
