// Table Packages(hnum, blob): a header a row.

#include "portique/inventory/os/rpm_sqlite.h"

#include "portique/inventory/os/rpm_header.h"
#include "portique/inventory/os/sqlite_file.h"

namespace portique::inventory {

base::Result<void>
read_rpm_sqlite(const FileContent& file, const base::Limits& limits, RpmHeaders& headers) {
  auto database = PQ_TRY(SqliteFile::open(file, limits));
  return database.for_each_blob("SELECT blob FROM Packages",
                                [&](base::Bytes header) -> base::Result<void> {
                                  PQ_TRY(headers.allow(header.size()));
                                  return headers.add(header);
                                });
}

Analysis analyze_rpm_sqlite(const FileContent& file, const base::Limits& limits) {
  RpmPackages packages(file, limits);
  const auto read = read_rpm_sqlite(file, limits, packages);
  return std::move(packages).finish(read, file.path());
}

} // namespace portique::inventory
