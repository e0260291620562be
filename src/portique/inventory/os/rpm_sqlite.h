#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

class RpmHeaders;

/// Hands over the headers that the database holds, until one is refused.
base::Result<void>
read_rpm_sqlite(const FileContent& file, const base::Limits& limits, RpmHeaders& headers);

/// rpm's database as SQLite: Fedora since 33, RHEL 9, Amazon Linux 2023, Azure Linux. It is read
/// through SQLite itself, which sees nothing but this file.
Analysis analyze_rpm_sqlite(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 3> kRpmSqliteLocations{
    "var/lib/rpm/rpmdb.sqlite",
    "usr/lib/sysimage/rpm/rpmdb.sqlite",
    "usr/share/rpm/rpmdb.sqlite",
};
inline constexpr std::array<std::string_view, 1> kRpmSqliteEndings{"rpm/rpmdb.sqlite"};

inline constexpr Cataloger kRpmSqlite{
    .id = "rpm-sqlite",
    .version = 2,
    .files = "`rpmdb.sqlite` in `var/lib/rpm`, `usr/lib/sysimage/rpm` or `usr/share/rpm`",
    .gives = "rpm packages with epoch, source package, module and files",
    .locations = kRpmSqliteLocations,
    .endings = kRpmSqliteEndings,
    .size_limit = &base::Limits::binary_database_bytes,
    .analyze = analyze_rpm_sqlite,
};

} // namespace portique::inventory
