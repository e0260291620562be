#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "portique/archive/byte_stream.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"

namespace portique::archive {

enum class EntryType : std::uint8_t {
  File,
  HardLink,
  Symlink,
  Directory,
  CharDevice,
  BlockDevice,
  Fifo,
};

/// One member of a tar archive as its headers give it.
struct TarEntry {
  std::string path;        ///< as written, not cleaned
  std::string link_target; ///< of hard and symbolic links, as written
  EntryType type = EntryType::File;
  std::uint32_t mode = 0;
  std::uint64_t uid = 0;
  std::uint64_t gid = 0;
  std::uint64_t size = 0; ///< of the file, holes included
  std::int64_t mtime = 0; ///< seconds since 1970
};

/// Bounded reader of tar streams: v7, ustar with prefix, GNU (long names and links, base-256
/// numbers, sparse files in the old form), PAX (local and global headers, sparse 0.0, 0.1, 1.0;
/// path, linkpath, size, mtime). Member kinds that hold no file (volume labels, multi-volume) are
/// passed over. One zero block followed by another, or the end of the stream, ends the archive;
/// anything after it is ignored. Header checksums are verified (signed and unsigned).
class TarReader {
public:
  /// Borrows both for its lifetime.
  TarReader(ByteStream& stream, const base::Limits& limits) : stream_(&stream), limits_(&limits) {}

  /// The next member, valid until the next call; nullptr at the end. What was not read of the
  /// member before is skipped (by seeking where the stream can).
  base::Result<const TarEntry*> next();

  /// The next piece of the present member's content, holes as zeros; empty at its end.
  base::Result<base::Bytes> content();

  /// Where the content of the present member begins in the archive, for archives that are read by
  /// offset later; nothing for sparse members, whose content does not lie there in one piece.
  [[nodiscard]] std::optional<std::uint64_t> content_offset() const;

private:
  ByteStream* stream_;
  const base::Limits* limits_;
};

/// The content of the reader's present member as a stream of its own (a layer inside a docker
/// archive). Borrows the reader; the member must not be left while it is used.
std::unique_ptr<ByteStream> member_stream(TarReader& reader);

} // namespace portique::archive
