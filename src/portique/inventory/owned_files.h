#pragma once

// How catalogers of package databases tell which files each package owns.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// The hash of a folder's paths up to and with the slash: of "usr/bin/", or of nothing for the
/// root. The folder may be written in any way; it is cleaned, `buffer` is room for that.
std::uint64_t folder_hash(std::string_view folder, std::string& buffer);

/// Gathers the paths of one package database. When there are too many of them, one issue says so
/// and the rest is left out.
class OwnedPaths {
public:
  OwnedPaths(const base::Limits& limits, Analysis& analysis)
      : left_(limits.owned_paths), analysis_(&analysis) {}

  /// A path of the present package, however it is written; the root is none.
  void add(std::string_view path);

  /// A file of the present package, directly in a folder whose folder_hash() is given; what is no
  /// file name is left out.
  void add_in(std::uint64_t folder, std::string_view name);

  /// The present package is this one. The next paths are of another.
  void give_to(std::string_view package);

  /// The present package turned out to be none.
  void drop() { paths_.clear(); }

private:
  void add_hash(std::uint64_t hash);

  std::uint64_t left_;
  bool full_ = false;
  std::vector<std::uint64_t> paths_; ///< of the present package
  std::string buffer_;
  Analysis* analysis_;
};

} // namespace portique::inventory
