#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// Every cataloger. To add one: a file pair, its test, its fuzz target, and a line in
/// catalogers.cc.
std::span<const Cataloger> catalogers();

/// Answers for each path of a layer which cataloger wants it, without looking at every pattern.
class PathMatcher {
public:
  PathMatcher();

  /// Index into catalogers() of the one whose endings fit the cleaned path; nothing if none does.
  /// If several fit, the first of the table.
  [[nodiscard]] std::optional<std::size_t> match(std::string_view clean_path) const;

private:
  struct Pattern {
    std::string_view ending;
    std::size_t cataloger;
  };

  static constexpr std::size_t kBuckets = 512;

  /// Patterns ordered by the hash of one of their components.
  struct Index {
    std::vector<Pattern> patterns;
    std::array<std::uint16_t, kBuckets + 1> first{}; ///< of each bucket, into `patterns`
    std::bitset<256> last_bytes;                     ///< with which byte a key can end
  };

  static Index make_index(std::vector<std::pair<std::string_view, Pattern>> keyed);
  static std::size_t best(const Index& index, std::string_view key, std::string_view path);

  Index by_last_;   ///< by the last component
  Index by_parent_; ///< by the component before it, where the last is "*"
};

} // namespace portique::inventory
