#pragma once

// Where the central directory of a zip archive is, and its records.

#include <cstdint>

#include "portique/archive/byte_source.h"
#include "portique/archive/zip_reader.h"
#include "portique/base/byte_reader.h"
#include "portique/base/result.h"

namespace portique::archive {

struct ZipDirectory {
  std::uint64_t offset = 0; ///< in the source
  std::uint64_t size = 0;
  std::uint64_t entries = 0;
  std::uint64_t shift = 0; ///< bytes before the archive, to be added to its own offsets
};

/// From the end record, or that of zip64.
base::Result<ZipDirectory> find_zip_directory(const ByteSource& archive);

/// One record of the central directory, `shift` already added.
base::Result<ZipEntry> read_zip_record(base::ByteReader& directory, std::uint64_t shift);

} // namespace portique::archive
