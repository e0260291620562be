#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

class RpmHeaders;

/// Hands over the headers that the database holds, until one is refused.
base::Result<void> read_rpm_ndb(const FileContent& file, RpmHeaders& headers);

/// rpm's own database form (SUSE): one file of package records, Packages.db.
Analysis analyze_rpm_ndb(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 3> kRpmNdbLocations{
    "var/lib/rpm/Packages.db",
    "usr/lib/sysimage/rpm/Packages.db",
    "usr/share/rpm/Packages.db",
};
inline constexpr std::array<std::string_view, 1> kRpmNdbEndings{"rpm/Packages.db"};

inline constexpr Cataloger kRpmNdb{
    .id = "rpm-ndb",
    .version = 2,
    .files = "`Packages.db` in the same folders (SUSE)",
    .gives = "rpm packages with epoch, source package, module and files",
    .locations = kRpmNdbLocations,
    .endings = kRpmNdbEndings,
    .size_limit = &base::Limits::binary_database_bytes,
    .analyze = analyze_rpm_ndb,
};

} // namespace portique::inventory
