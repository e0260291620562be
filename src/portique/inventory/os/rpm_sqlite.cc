// Table Packages(hnum, blob): a header a row.

#include "portique/inventory/os/rpm_sqlite.h"

#include "portique/inventory/os/rpm_header.h"
#include "portique/inventory/os/sqlite_file.h"

namespace portique::inventory {

namespace {

base::Result<void>
read_packages(const FileContent& file, const base::Limits& limits, RpmPackages& packages) {
  auto database = PQ_TRY(SqliteFile::open(file, limits));
  return database.for_each_blob("SELECT blob FROM Packages",
                                [&](base::Bytes header) -> base::Result<void> {
                                  PQ_TRY(packages.allow(header.size()));
                                  return packages.add(header);
                                });
}

} // namespace

Analysis analyze_rpm_sqlite(const FileContent& file, const base::Limits& limits) {
  RpmPackages packages(file, limits);
  const auto read = read_packages(file, limits, packages);
  return std::move(packages).finish(read, file.path());
}

} // namespace portique::inventory
