#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "portique/base/byte_reader.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"

namespace portique::archive {

struct ZipEntry {
  std::string name; ///< as written, not cleaned
  std::uint64_t compressed_size = 0;
  std::uint64_t size = 0;
  std::uint32_t crc32 = 0;
  std::uint16_t method = 0; ///< 0 stored, 8 deflate; others cannot be read
  std::uint64_t local_header_offset = 0;
};

/// Bounded reader of zip archives in memory (APPNOTE 6.3.9: central directory, zip64, stored and
/// deflate by ISA-L). The bytes are borrowed (a mapping of the file).
class ZipReader {
public:
  /// Reads the central directory.
  static base::Result<ZipReader> open(base::Bytes archive, const base::Limits& limits);

  [[nodiscard]] const std::vector<ZipEntry>& entries() const { return entries_; }

  /// Unpacks one entry into `out` (replaced). Size and CRC-32 are verified; more than `limit`
  /// bytes is Code::LimitExceeded before anything is allocated.
  base::Result<void> read(const ZipEntry& entry, std::uint64_t limit, std::string& out) const;

private:
  base::Bytes archive_;
  std::vector<ZipEntry> entries_;
};

} // namespace portique::archive
