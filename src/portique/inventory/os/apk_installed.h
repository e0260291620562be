#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// The database of installed packages of apk-tools 2 and 3. A record without name or version, a
/// line that is no field, and a field over the limit are issues with their line number.
Analysis analyze_apk_installed(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 2> kApkInstalledLocations{
    "lib/apk/db/installed",
    "usr/lib/apk/db/installed",
};
inline constexpr std::array<std::string_view, 1> kApkInstalledEndings{"apk/db/installed"};

inline constexpr Cataloger kApkInstalled{
    .id = "apk-installed",
    .version = 2,
    .files = "`lib/apk/db/installed`, `usr/lib/apk/db/installed`",
    .gives = "apk packages with their origin and files",
    .locations = kApkInstalledLocations,
    .endings = kApkInstalledEndings,
    .size_limit = &base::Limits::text_database_bytes,
    .analyze = analyze_apk_installed,
};

} // namespace portique::inventory
