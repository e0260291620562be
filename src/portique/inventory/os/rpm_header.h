#pragma once

#include <cstdint>

#include "portique/base/byte_reader.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/inventory/cataloger.h"
#include "portique/inventory/file_content.h"
#include "portique/inventory/owned_files.h"

namespace portique::inventory {

/// The package that a header describes, as rpm stores headers in its databases: the counts of index
/// entries and data bytes, the index, the data. Code::Malformed if it is none.
base::Result<model::Package> read_rpm_header(base::Bytes header);

/// The regular files that a header lists, in either form that rpm has used.
base::Result<void> read_rpm_files(base::Bytes header, OwnedPaths& owned);

/// Whoever wants the headers of one rpm database, whatever form it has on the disk.
class RpmHeaders {
public:
  RpmHeaders(const RpmHeaders&) = delete;
  RpmHeaders& operator=(const RpmHeaders&) = delete;
  virtual ~RpmHeaders() = default;

  /// Whether a header of this size may be read: headers that are together larger than the file
  /// that holds them overlap, and are a trap.
  base::Result<void> allow(std::uint64_t header_bytes);

  /// Takes a header that was allowed. An error ends the reading.
  virtual base::Result<void> add(base::Bytes header) = 0;

protected:
  RpmHeaders(const FileContent& file, const base::Limits& limits)
      : limits_(&limits), bytes_left_(file.size()) {}

  const base::Limits* limits_;

private:
  std::uint64_t bytes_left_;
};

/// Gathers the packages of one rpm database.
class RpmPackages : public RpmHeaders {
public:
  RpmPackages(const FileContent& file, const base::Limits& limits)
      : RpmHeaders(file, limits), owned_(limits, analysis_) {}

  /// A header that is broken becomes an issue; public keys are left out. An error if there are too
  /// many packages.
  base::Result<void> add(base::Bytes header) override;

  /// What was found; `read` is how reading the database itself ended.
  Analysis finish(const base::Result<void>& read, std::string_view path) &&;

private:
  std::size_t seen_ = 0;
  Analysis analysis_;
  OwnedPaths owned_; ///< borrows analysis_
};

} // namespace portique::inventory
