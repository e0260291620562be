#include <gtest/gtest.h>

#include "portique/access/audit/merkle.h"

namespace portique::access {
namespace {

std::vector<Hash> lines(std::size_t count, LineHasher& hasher) {
  std::vector<Hash> made;
  for (std::size_t i = 0; i < count; ++i)
    made.push_back(hasher.of("line " + std::to_string(i)));
  return made;
}

/// RFC 9162, 2.1.1, word for word: the split is the largest power of two below the size.
Hash defined_root(std::span<const Hash> of, LineHasher& hasher) {
  const auto text = [](const Hash& hash) {
    return std::string(reinterpret_cast<const char*>(hash.data()), hash.size());
  };
  if (of.empty()) return hasher.of("");
  if (of.size() == 1) return hasher.of(std::string(1, '\0') + text(of[0]));
  std::size_t split = 1;
  while (split * 2 < of.size())
    split *= 2;
  return hasher.of("\1" + text(defined_root(of.first(split), hasher)) +
                   text(defined_root(of.subspan(split), hasher)));
}

TEST(Merkle, RootIsThatOfTheDefinition) {
  LineHasher hasher;
  for (std::size_t size = 0; size <= 70; ++size) {
    const auto leaves = lines(size, hasher);
    MerkleTree tree;
    for (const Hash& leaf : leaves)
      tree.add(leaf, hasher);
    EXPECT_EQ(tree.size(), size);
    EXPECT_EQ(hash_text(tree.root(hasher)), hash_text(defined_root(leaves, hasher))) << size;
  }
}

TEST(Merkle, EveryPathLeadsToTheRootAndNoOtherLeafDoes) {
  LineHasher hasher;
  for (std::size_t size = 1; size <= 33; ++size) {
    const auto leaves = lines(size, hasher);
    const Hash root = defined_root(leaves, hasher);
    for (std::size_t index = 0; index < size; ++index) {
      auto path = merkle_path(leaves, index, hasher);
      EXPECT_EQ(merkle_root_from_path(leaves[index], index, size, path, hasher), root);
      EXPECT_NE(merkle_root_from_path(hasher.of("other"), index, size, path, hasher), root);
      if (size > 1) {
        EXPECT_NE(merkle_root_from_path(leaves[index], (index + 1) % size, size, path, hasher),
                  root);
        path.pop_back();
        EXPECT_NE(merkle_root_from_path(leaves[index], index, size, path, hasher), root);
      }
      path.push_back(root);
      path.push_back(root);
      EXPECT_EQ(merkle_root_from_path(leaves[index], index, size, path, hasher), std::nullopt);
    }
    EXPECT_EQ(merkle_root_from_path(leaves[0], size, size, {}, hasher), std::nullopt);
  }
}

TEST(Merkle, KnownRoots) {
  LineHasher hasher;
  EXPECT_EQ(hash_text(MerkleTree().root(hasher)),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash_text(hasher.of("a", "b", "c")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(parse_hash(hash_text(hasher.of("x"))), hasher.of("x"));
  EXPECT_EQ(parse_hash(std::string(64, 'G')), std::nullopt);
  EXPECT_EQ(parse_hash(std::string(64, 'A')), std::nullopt);
  EXPECT_EQ(parse_hash(std::string(63, 'a')), std::nullopt);
}

} // namespace
} // namespace portique::access
