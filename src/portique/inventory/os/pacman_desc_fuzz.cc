#include <cstdint>

#include "portique/inventory/os/pacman_desc.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  portique::inventory::analyze_pacman_desc({"var/lib/pacman/local/a-1-1/desc", bytes}, {});
  return 0;
}
