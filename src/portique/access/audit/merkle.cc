#include "portique/access/audit/merkle.h"

#include <algorithm>
#include <bit>

namespace portique::access {

namespace {

std::string_view bytes_of(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

Hash leaf(const Hash& line, LineHasher& hasher) {
  return hasher.of(std::string_view("\0", 1), bytes_of(line));
}

Hash node(const Hash& left, const Hash& right, LineHasher& hasher) {
  return hasher.of("\1", bytes_of(left), bytes_of(right));
}

Hash root_of(std::span<const Hash> lines, LineHasher& hasher) {
  MerkleTree tree;
  for (const Hash& line : lines)
    tree.add(line, hasher);
  return tree.root(hasher);
}

} // namespace

void MerkleTree::add(const Hash& line, LineHasher& hasher) {
  Hash grown = leaf(line, hasher);
  // Each trailing one of the size is a full subtree that the new leaf completes to a larger one.
  for (std::uint64_t carry = size_; (carry & 1U) != 0; carry >>= 1U) {
    grown = node(subtrees_.back(), grown, hasher);
    subtrees_.pop_back();
  }
  subtrees_.push_back(grown);
  ++size_;
}

Hash MerkleTree::root(LineHasher& hasher) const {
  if (subtrees_.empty()) return hasher.of({});
  Hash root = subtrees_.back();
  for (std::size_t i = subtrees_.size() - 1; i-- > 0;)
    root = node(subtrees_[i], root, hasher);
  return root;
}

std::vector<Hash> merkle_path(std::span<const Hash> lines, std::size_t index, LineHasher& hasher) {
  std::vector<Hash> path;
  while (lines.size() > 1) {
    const std::size_t left = std::bit_floor(lines.size() - 1);
    const bool is_left = index < left;
    path.push_back(root_of(is_left ? lines.subspan(left) : lines.first(left), hasher));
    lines = is_left ? lines.first(left) : lines.subspan(left);
    if (!is_left) index -= left;
  }
  std::ranges::reverse(path);
  return path;
}

std::optional<Hash> merkle_root_from_path(const Hash& line,
                                          std::uint64_t index,
                                          std::uint64_t size,
                                          std::span<const Hash> path,
                                          LineHasher& hasher) {
  if (index >= size) return std::nullopt;
  std::uint64_t last = size - 1;
  Hash root = leaf(line, hasher);
  for (const Hash& beside : path) {
    if (last == 0) return std::nullopt;
    if ((index & 1U) != 0 || index == last) {
      root = node(beside, root, hasher);
      // Where the right edge has no sibling, the way leads up without a hash.
      while ((index & 1U) == 0 && index != 0) {
        index >>= 1U;
        last >>= 1U;
      }
    } else {
      root = node(root, beside, hasher);
    }
    index >>= 1U;
    last >>= 1U;
  }
  if (last != 0) return std::nullopt;
  return root;
}

} // namespace portique::access
