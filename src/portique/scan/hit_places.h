#pragma once

// Where inspectors found something: the same hit may stand in several layers.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "portique/scan/layer_evidence.h"

namespace portique::scan {

/// One hit at one path, in the layers that have it.
template <typename Hit> struct HitPlace {
  const Hit* hit = nullptr; ///< as it stands now
  std::int32_t first = 0;
  std::int32_t last = 0;
};

/// The hits of all layers, each once, by path, rule and what else tells two at one path apart.
/// Borrows from the layers.
template <typename Hit>
std::vector<HitPlace<Hit>> places_of(std::span<const LayerEvidence> layers,
                                     std::vector<Hit> LayerEvidence::* hits,
                                     std::string Hit::* apart) {
  std::map<std::tuple<std::string_view, std::string_view, std::string_view>, HitPlace<Hit>> places;
  std::int32_t index = 0;
  for (const LayerEvidence& layer : layers) {
    for (const Hit& hit : layer.*hits) {
      HitPlace<Hit>& place = places[{hit.path, hit.rule, hit.*apart}];
      if (place.hit == nullptr) place.first = index;
      place.hit = &hit;
      place.last = index;
    }
    ++index;
  }
  std::vector<HitPlace<Hit>> all;
  for (const auto& [key, place] : places)
    all.push_back(place);
  return all;
}

} // namespace portique::scan
