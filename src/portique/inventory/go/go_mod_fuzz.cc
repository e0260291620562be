#include <cstdint>

#include "portique/inventory/go/go_mod.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  portique::inventory::analyze_go_mod({"go.mod", bytes}, {});
  return 0;
}
