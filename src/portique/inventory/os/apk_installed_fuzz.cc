#include <cstdint>

#include "portique/inventory/os/apk_installed.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  portique::inventory::analyze_apk_installed({"lib/apk/db/installed", bytes}, {});
  return 0;
}
