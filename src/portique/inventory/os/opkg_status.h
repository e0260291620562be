#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// opkg's database of installed packages (OpenWrt, Yocto), in the form of dpkg's.
Analysis analyze_opkg_status(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 2> kOpkgStatusLocations{
    "usr/lib/opkg/status",
    "var/lib/opkg/status",
};
inline constexpr std::array<std::string_view, 1> kOpkgStatusEndings{
    "opkg/status",
};

inline constexpr Cataloger kOpkgStatus{
    .id = "opkg-status",
    .version = 1,
    .files = "`usr/lib/opkg/status`, `var/lib/opkg/status`",
    .gives = "opkg packages with their dependencies",
    .locations = kOpkgStatusLocations,
    .endings = kOpkgStatusEndings,
    .size_limit = &base::Limits::text_database_bytes,
    .analyze = analyze_opkg_status,
};

} // namespace portique::inventory
