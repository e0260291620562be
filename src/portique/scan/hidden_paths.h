#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "portique/scan/layer_evidence.h"

namespace portique::scan {

/// What one layer takes out of sight of those below it. Borrows from the evidence, which must be of
/// a layer whose contents were inspected.
class HiddenPaths {
public:
  explicit HiddenPaths(const LayerEvidence& layer);

  [[nodiscard]] bool hides(std::string_view path) const;

private:
  [[nodiscard]] bool takes_place_of(std::string_view path) const;

  std::unordered_set<std::string_view> removed_;
  std::unordered_set<std::string_view> emptied_;
  const std::vector<std::uint64_t>* paths_;
};

/// The first layer above `last` that hides the path; model::kNoLayer if none does.
std::int32_t
layer_that_hides(std::span<const HiddenPaths> layers, std::int32_t last, std::string_view path);

} // namespace portique::scan
