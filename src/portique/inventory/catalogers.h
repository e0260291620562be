#pragma once

#include <cstddef>
#include <span>
#include <string_view>
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
};

} // namespace portique::inventory
