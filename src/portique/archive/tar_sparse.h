#pragma once

// Sparse members: where the stored bytes lie in the file, everything between being zeros.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "portique/archive/tar_header.h"
#include "portique/base/result.h"

namespace portique::archive {

struct SparseRegion {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

using SparseMap = std::vector<SparseRegion>;

/// Of an old GNU sparse header (type 'S').
struct OldGnuSparse {
  std::uint64_t real_size = 0;
  bool extended = false; ///< another block of the map follows
};

/// Appends the up to 4 regions of the header itself.
base::Result<OldGnuSparse> read_old_gnu_sparse(TarBlock header, SparseMap& map);

/// Appends the up to 21 regions of an extension block; true if one more follows.
base::Result<bool> read_old_gnu_sparse_extension(TarBlock block, SparseMap& map);

/// The map in front of the content in PAX sparse format 1.0: lines of decimal numbers, the count
/// of regions first, padded to whole blocks. Fed block by block.
class SparseMapText {
public:
  /// True when the map is complete.
  base::Result<bool> feed(TarBlock block);

  SparseMap take() { return std::move(map_); }

private:
  base::Result<bool> add_number(std::uint64_t number);

  SparseMap map_;
  std::uint64_t number_ = 0;
  std::size_t digits_ = 0;
  bool counted_ = false;
  std::uint64_t numbers_left_ = 0;
};

/// Regions from PAX numbers "offset, length, offset, length".
base::Result<SparseMap> sparse_map_of(const std::vector<std::uint64_t>& numbers);

/// Walks over a file's content: stored bytes and the holes between them.
class SparseCursor {
public:
  struct Front {
    std::uint64_t length = 0; ///< 0 at the end
    bool hole = false;
  };

  /// A file without holes.
  void start(std::uint64_t size);

  /// `map` has passed check_sparse_map().
  void start(SparseMap map, std::uint64_t size);

  /// What lies at the present position.
  [[nodiscard]] Front front() const;

  /// Over a part of the front.
  void advance(std::uint64_t count);

private:
  SparseMap map_;
  std::uint64_t size_ = 0;
  std::uint64_t position_ = 0;
  std::size_t region_ = 0; ///< the first one that does not lie before position_
};

/// Code::Malformed unless the regions are in order, do not overlap, end inside `real_size` and hold
/// exactly the `stored` bytes.
base::Result<void>
check_sparse_map(const SparseMap& map, std::uint64_t real_size, std::uint64_t stored);

} // namespace portique::archive
