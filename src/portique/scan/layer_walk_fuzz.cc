// A layer from its bytes to its evidence, and twice over itself to an inventory.

#include <array>

#include "portique/archive/byte_stream.h"
#include "portique/scan/layer_walk.h"
#include "portique/scan/merge.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace scan = portique::scan;
  static const portique::inventory::PathMatcher matcher;
  portique::base::Limits limits;
  limits.layer_entries = 10'000;
  limits.binary_database_bytes = limits.text_database_bytes = limits.small_text_bytes = 1U << 20U;
  const auto stream = portique::archive::memory_stream(std::as_bytes(std::span(data, size)));
  auto evidence = scan::walk_layer(*stream, matcher, {}, {}, limits);
  if (!evidence) return 0;
  const std::array<scan::LayerEvidence, 2> layers{*evidence, *evidence};
  scan::merge_layers(layers);
  scan::unread_link_targets(layers, matcher);
  return 0;
}
