#pragma once

// What one layer takes out of sight of those below it.

#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "portique/scan/layer_evidence.h"

namespace portique::scan {

/// Needs evidence of a walk that inspected contents (LayerEvidence::paths). Borrows it.
class HiddenPaths {
public:
  explicit HiddenPaths(const LayerEvidence& layer);

  /// Whether a file of a lower layer is deleted, replaced, or lies below what is no folder any
  /// more.
  [[nodiscard]] bool hides(std::string_view path) const;

private:
  [[nodiscard]] bool takes_place_of(std::string_view path) const;

  std::unordered_set<std::string_view> removed_;
  std::unordered_set<std::string_view> emptied_;
  const std::vector<std::uint64_t>* paths_;
};

} // namespace portique::scan
