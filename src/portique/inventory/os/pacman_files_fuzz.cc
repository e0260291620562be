#include <cstdint>

#include "portique/inventory/os/pacman_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  portique::inventory::analyze_pacman_files({"var/lib/pacman/local/a-1-1/files", bytes}, {});
  return 0;
}
