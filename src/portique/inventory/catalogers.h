#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// Every family of catalogers. To add one: a folder with its table, and a line in catalogers.cc.
std::span<const CatalogerFamily> cataloger_families();

/// Every cataloger, family by family. To add one: a file pair, its test, its fuzz target, and a
/// line in its family's table.
std::span<const Cataloger> catalogers();

/// The tables of docs/catalogers.md: family by family, every cataloger with its files.
std::string catalogers_markdown();

/// The table of the README: what is read of each family, installed and declared.
std::string ecosystems_markdown();

/// Answers for each path of a layer which cataloger wants it, without looking at every pattern.
class PathMatcher {
public:
  PathMatcher();

  /// Index into catalogers() of the one whose endings fit the cleaned path; nothing if none does.
  /// If several fit, the first of the table.
  [[nodiscard]] std::optional<std::size_t> match(std::string_view clean_path) const;

  /// Index of the cataloger for programs and libraries that no ending fits, if there is one.
  [[nodiscard]] std::optional<std::size_t> for_executables() const { return executables_; }

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

  std::optional<std::size_t> executables_;
  Index by_last_;      ///< by the last component
  Index by_parent_;    ///< by the component before it, where the last is "*"
  Index by_extension_; ///< by what follows the last dot, where the last is "*.extension"
};

} // namespace portique::inventory
