#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

class RpmHeaders;

/// Hands over the headers that the database holds, until one is refused.
base::Result<void> read_rpm_bdb(const FileContent& file, RpmHeaders& headers);

/// rpm's database as a Berkeley DB hash file: CentOS 7, Fedora up to 32, older SUSE. Big- and
/// little- endian, versions 8 to 10, without encryption.
Analysis analyze_rpm_bdb(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 3> kRpmBdbLocations{
    "var/lib/rpm/Packages",
    "usr/lib/sysimage/rpm/Packages",
    "usr/share/rpm/Packages",
};
inline constexpr std::array<std::string_view, 1> kRpmBdbEndings{"rpm/Packages"};

inline constexpr Cataloger kRpmBdb{
    .id = "rpm-bdb",
    .version = 2,
    .files =
        "`Packages` in the same folders, a Berkeley DB hash file (CentOS 7, older Fedora and SUSE)",
    .gives = "rpm packages with epoch, source package, module and files",
    .locations = kRpmBdbLocations,
    .endings = kRpmBdbEndings,
    .size_limit = &base::Limits::binary_database_bytes,
    .analyze = analyze_rpm_bdb,
};

} // namespace portique::inventory
