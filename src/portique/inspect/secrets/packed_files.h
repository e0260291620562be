#pragma once

// The files inside one archive in memory: of gzip its one, or those of the tar archive that it is;
// of zip all. Archives inside archives are not unpacked.

#include <cstdint>
#include <functional>
#include <string_view>

#include "portique/base/byte_reader.h"
#include "portique/base/result.h"
#include "portique/inspect/secrets/content_form.h"

namespace portique::inspect {

struct PackedLimits {
  /// Of one archive, packed; it is held in memory while it goes by. Larger ones are models, data
  /// sets and whole applications, whose programs are seen where they are unpacked.
  std::uint64_t archive_bytes = 64ULL << 20U;
  /// All that is unpacked of one archive: dumps of databases shrink to a tenth.
  std::uint64_t unpacked_bytes = 512ULL << 20U;
  /// One file of a zip archive, which is unpacked at once.
  std::uint64_t zip_file_bytes = 64ULL << 20U;
  /// Files of one archive; jars with 50,000 classes have been seen.
  std::uint64_t files = 100'000;
  std::uint64_t directory_bytes = 16ULL << 20U;
  /// Unpacked to packed: dumps and logs stay under 50 ...
  std::uint64_t expansion_ratio = 100;
  /// ... and so small archives do not matter.
  std::uint64_t expansion_free_bytes = 16ULL << 20U;
};

/// Takes the files, one after the other.
class PackedFileSink {
public:
  virtual ~PackedFileSink() = default;
  /// `name` as the archive has it, "" for gzip's one. False: its content is of no interest.
  virtual bool begin(std::string_view name, base::Bytes first) = 0;
  virtual void content(base::Bytes piece) = 0;
  virtual void end() = 0;
};

/// Hands over the files of an archive. `unpacked_left` counts down over several archives.
/// Code::LimitExceeded says that not all was looked at; any other error that the archive is broken,
/// encrypted or of a kind that cannot be read. What came before was handed over.
base::Result<void> for_each_packed_file(ContentForm kind,
                                        base::Bytes archive,
                                        const PackedLimits& limits,
                                        std::uint64_t& unpacked_left,
                                        PackedFileSink& sink);

} // namespace portique::inspect
