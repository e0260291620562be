#include "portique/scan/hidden_paths.h"

#include <algorithm>

#include "portique/inventory/cataloger.h"

namespace portique::scan {

HiddenPaths::HiddenPaths(const LayerEvidence& layer)
    : removed_(layer.removed.begin(), layer.removed.end()),
      emptied_(layer.emptied.begin(), layer.emptied.end()), paths_(&layer.paths) {}

bool HiddenPaths::hides(std::string_view path) const {
  if (takes_place_of(path)) return true;
  if (emptied_.contains("")) return true;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    const std::string_view folder = path.substr(0, slash);
    // A folder that is no folder any more hides all that was in it.
    if (takes_place_of(folder) || emptied_.contains(folder)) return true;
  }
  return false;
}

bool HiddenPaths::takes_place_of(std::string_view path) const {
  return removed_.contains(path) || std::ranges::binary_search(*paths_, inventory::path_hash(path));
}

std::int32_t
layer_that_hides(std::span<const HiddenPaths> layers, std::int32_t last, std::string_view path) {
  for (auto later = static_cast<std::size_t>(last) + 1; later < layers.size(); ++later)
    if (layers[later].hides(path)) return static_cast<std::int32_t>(later);
  return model::kNoLayer;
}

} // namespace portique::scan
