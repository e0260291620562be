#pragma once

#include <cstdint>
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
  std::uint16_t method = 0;              ///< 0 stored, 8 deflate; others cannot be read
  bool encrypted = false;                ///< cannot be read
  std::uint64_t local_header_offset = 0; ///< in the bytes, whatever stands before the archive
};

/// Bounded reader of zip archives in memory (APPNOTE 6.3.9: central directory, zip64, stored and
/// deflate by ISA-L). The bytes are borrowed (a mapping of the file). Several threads may read from
/// one reader.
class ZipReader {
public:
  /// Reads the central directory. Code::Malformed if entries overlap, as in a zip bomb;
  /// Code::LimitExceeded above `layer_entries` entries or `feed_bytes` in all; Code::Unsupported
  /// for archives in several volumes.
  static base::Result<ZipReader> open(base::Bytes archive, const base::Limits& limits);

  [[nodiscard]] const std::vector<ZipEntry>& entries() const { return entries_; }

  /// Unpacks one entry into `out` (replaced; its memory is used again). Size and CRC-32 are
  /// verified; more than `limit` bytes is Code::LimitExceeded before anything is allocated.
  base::Result<void> read(const ZipEntry& entry, std::uint64_t limit, std::string& out) const;

private:
  base::Result<void> read_entry(const ZipEntry& entry, std::uint64_t limit, std::string& out) const;
  [[nodiscard]] base::Result<void> check_overlaps(std::uint64_t directory) const;
  [[nodiscard]] base::Result<base::Bytes> stored_bytes(const ZipEntry& entry) const;

  base::Bytes archive_;
  std::vector<ZipEntry> entries_;
};

} // namespace portique::archive
