#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "portique/archive/byte_stream.h"
#include "portique/archive/pax.h"
#include "portique/archive/tar_header.h"
#include "portique/archive/tar_sparse.h"
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
  std::uint32_t mode = 0; ///< permission bits, set-id and sticky bits
  std::uint64_t uid = 0;
  std::uint64_t gid = 0;
  std::uint64_t size = 0; ///< of the file, holes included
  std::int64_t mtime = 0; ///< seconds since 1970
};

/// Bounded reader of tar streams: v7, ustar with prefix, star, GNU (long names and links, base-256
/// numbers, sparse files in the old form), PAX (path, linkpath, size, mtime, uid, gid; sparse 0.0,
/// 0.1, 1.0). Global PAX headers are checked and then ignored, as the container engines do: a path
/// or size in them must not hide from us a file that they unpack. Member kinds that hold no file
/// (volume labels, multi-volume) are passed over. One zero block followed by another, or the end of
/// the stream, ends the archive; anything after it is ignored. Header checksums are verified
/// (signed and unsigned). Errors name the offset of the header in the archive.
class TarReader {
public:
  /// Borrows both for its lifetime.
  TarReader(ByteStream& stream, const base::Limits& limits) : stream_(&stream), limits_(&limits) {}

  /// The next member, valid until the next call; nullptr at the end. What was not read of the
  /// member before is skipped (by seeking where the stream can). Code::LimitExceeded above
  /// `layer_entries` headers, for paths above `path_bytes` and extended headers above
  /// `tar_header_bytes`.
  base::Result<const TarEntry*> next();

  /// The next piece of the present member's content, holes as zeros; empty at its end.
  base::Result<base::Bytes> content();

  /// Passes over up to `count` bytes of the content and returns how many.
  base::Result<std::uint64_t> skip_content(std::uint64_t count);

  /// Where the content of the present member begins in the archive, for archives that are read by
  /// offset later; nothing for sparse members, whose content does not lie there in one piece.
  [[nodiscard]] std::optional<std::uint64_t> content_offset() const;

private:
  /// Extended headers seen on the way to the member that they are about.
  struct Extensions {
    PaxHeader pax;
    std::string long_name;
    std::string long_link;
    bool any = false;
  };

  base::Result<const TarEntry*> find_member();
  base::Result<bool> read_header_block();
  base::Result<bool> read_extension(const TarHeader& header, Extensions& extensions);
  base::Result<std::string> read_special(const TarHeader& header);
  base::Result<void> start_member(const TarHeader& header, Extensions& extensions);
  void set_names(const TarHeader& header, Extensions& extensions);
  base::Result<bool> hard_link_has_content();
  base::Result<void> start_sparse(const TarHeader& header, const PaxSparse& pax);
  base::Result<SparseMap> read_old_gnu_map(const TarHeader& header);
  base::Result<SparseMap> read_pax_map(const PaxSparse& pax, bool in_content);
  base::Result<void> read_map_block(std::uint64_t& map_bytes);
  base::Result<void> check_paths() const;
  base::Result<void> leave_member();
  void set_stored(std::uint64_t size);
  [[nodiscard]] std::unexpected<base::Error> ends_early() const;

  ByteStream* stream_;
  const base::Limits* limits_;
  TarEntry entry_;
  std::uint64_t offset_ = 0;        ///< bytes of the archive taken so far
  std::uint64_t header_offset_ = 0; ///< of the header being read, for messages
  std::uint64_t headers_ = 0;
  std::uint64_t content_offset_ = 0;
  std::uint64_t stored_left_ = 0; ///< content in the archive that was not read yet
  std::uint64_t padding_ = 0;     ///< behind it, up to the next block
  bool sparse_ = false;
  SparseCursor cursor_; ///< over the content
  bool ended_ = false;
  alignas(64) std::array<std::byte, kTarBlock> block_{};
};

/// The content of the reader's present member as a stream of its own (a layer inside a docker
/// archive). Borrows the reader; the member must not be left while it is used.
std::unique_ptr<ByteStream> member_stream(TarReader& reader);

} // namespace portique::archive
