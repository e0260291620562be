#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// The licences of a package of opkg, by its control file.
Analysis analyze_opkg_control(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 2> kOpkgControlLocations{
    "usr/lib/opkg/info/*.control",
    "var/lib/opkg/info/*.control",
};
inline constexpr std::array<std::string_view, 1> kOpkgControlEndings{
    "opkg/info/*.control",
};

inline constexpr Cataloger kOpkgControl{
    .id = "opkg-control",
    .version = 1,
    .files = "`usr/lib/opkg/info/*.control`, `var/lib/opkg/info/*.control`",
    .gives = "licences of opkg packages",
    .locations = kOpkgControlLocations,
    .endings = kOpkgControlEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_opkg_control,
};

} // namespace portique::inventory
