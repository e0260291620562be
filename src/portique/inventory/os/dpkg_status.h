#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// dpkg's database of installed packages, and the folder of single records that distroless images
/// carry instead. A package counts from "half-installed" to "installed"; a record without Status
/// counts as well. What breaks the format is an issue with its line number, and the rest is read.
/// A version that dpkg would not take is an issue too, but the package is listed.
Analysis analyze_dpkg_status(const FileContent& file, const base::Limits& limits);

/// The records of such a database into `analysis`, as packages of a purl type: opkg's has the same
/// form. Whether any field was seen that only a record of a package has.
bool read_package_records(std::string_view text,
                          std::string_view purl_type,
                          const base::Limits& limits,
                          Analysis& analysis);

inline constexpr std::array<std::string_view, 2> kDpkgStatusLocations{
    "var/lib/dpkg/status",
    "var/lib/dpkg/status.d/*",
};
inline constexpr std::array<std::string_view, 2> kDpkgStatusEndings{
    "dpkg/status",
    "dpkg/status.d/*",
};

inline constexpr Cataloger kDpkgStatus{
    .id = "dpkg-status",
    .version = 1,
    .files = "`var/lib/dpkg/status`, `var/lib/dpkg/status.d/*` (distroless)",
    .gives = "deb packages with source and version of the source",
    .locations = kDpkgStatusLocations,
    .endings = kDpkgStatusEndings,
    .size_limit = &base::Limits::text_database_bytes,
    .analyze = analyze_dpkg_status,
};

} // namespace portique::inventory
