#include <cstdint>

#include "portique/inventory/os/dpkg_status.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  portique::inventory::analyze_dpkg_status({"var/lib/dpkg/status", bytes}, {});
  portique::inventory::analyze_dpkg_status({"var/lib/dpkg/status.d/a", bytes}, {});
  return 0;
}
