#include <cstdint>
#include <cstdlib>
#include <vector>

#include "portique/inventory/os/distro_fallback.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace inventory = portique::inventory;
  const auto bytes = std::as_bytes(std::span(data, size));
  std::vector<portique::model::Distro> candidates;
  for (const auto path : inventory::kDistroFallbackLocations) {
    auto found = inventory::analyze_distro_fallback({path, bytes}, {});
    if (found.distro) candidates.push_back(*found.distro);
  }
  if (inventory::merge_distro(candidates).known() == candidates.empty()) std::abort();
  return 0;
}
