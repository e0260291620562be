#pragma once

// The hash tree over the lines of a segment (RFC 9162, 2.1): whoever holds its signed root can
// check one line with a handful of hashes, without the other lines.

#include <cstdint>
#include <span>
#include <vector>

#include "portique/access/audit/line_hash.h"

namespace portique::access {

/// Grows by a leaf at a time; holds one hash for each power of two in its size, so that a copy is
/// cheap.
class MerkleTree {
public:
  /// `line` is the SHA-256 of a line; the leaf is SHA-256(0x00 line).
  void add(const Hash& line, LineHasher& hasher);

  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// Of a tree without leaves: SHA-256 of nothing.
  [[nodiscard]] Hash root(LineHasher& hasher) const;

private:
  std::vector<Hash> subtrees_; ///< roots of the full subtrees, largest first
  std::uint64_t size_ = 0;
};

/// The hashes beside the way from a leaf to the root, from the leaf up. `lines` are the hashes of
/// all lines of the segment; `index` is less than their number.
std::vector<Hash> merkle_path(std::span<const Hash> lines, std::size_t index, LineHasher& hasher);

/// The root that a line, its place and its path lead to; nothing if the path has another length
/// than a tree of that size has there.
std::optional<Hash> merkle_root_from_path(const Hash& line,
                                          std::uint64_t index,
                                          std::uint64_t size,
                                          std::span<const Hash> path,
                                          LineHasher& hasher);

} // namespace portique::access
