#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "portique/archive/byte_source.h"
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

struct ZipLimits {
  std::uint64_t entries = 0;
  std::uint64_t directory_bytes = 0; ///< of the central directory, which is held in memory
  std::uint64_t unpacked_bytes = 0;  ///< of all entries together, as the directory tells
};

/// Bounded reader of zip archives (APPNOTE 6.3.9: central directory, zip64, stored and deflate by
/// ISA-L). The source is borrowed. Several threads may read from one reader.
class ZipReader {
public:
  /// Reads the central directory. Code::Malformed if entries overlap, as in a zip bomb;
  /// Code::LimitExceeded; Code::Unsupported for archives in several volumes.
  static base::Result<ZipReader> open(const ByteSource& archive, const ZipLimits& limits);

  /// Of a feed in memory (a mapping of the file): `layer_entries` and `feed_bytes` are its limits.
  static base::Result<ZipReader> open(base::Bytes archive, const base::Limits& limits);

  [[nodiscard]] const std::vector<ZipEntry>& entries() const { return entries_; }

  /// Unpacks one entry into `out` (replaced; its memory is used again). Size and CRC-32 are
  /// verified; more than `limit` bytes is Code::LimitExceeded before anything is allocated.
  base::Result<void> read(const ZipEntry& entry, std::uint64_t limit, std::string& out) const;

  /// Where the data of an entry lie that is stored without compression, to be read in place. They
  /// are not verified. Code::Unsupported for other entries.
  [[nodiscard]] base::Result<ByteSource> stored_range(const ZipEntry& entry) const;

private:
  explicit ZipReader(const ByteSource& archive) : archive_(archive) {}

  base::Result<void> read_entry(const ZipEntry& entry, std::uint64_t limit, std::string& out) const;
  [[nodiscard]] base::Result<void> check_overlaps(std::uint64_t directory) const;
  [[nodiscard]] base::Result<std::uint64_t> data_offset(const ZipEntry& entry) const;

  ByteSource archive_;
  std::vector<ZipEntry> entries_;
};

} // namespace portique::archive
