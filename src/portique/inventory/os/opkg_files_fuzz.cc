#include <cstdint>

#include "portique/inventory/os/opkg_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  portique::inventory::analyze_opkg_files({"usr/lib/opkg/info/a.list", bytes}, {});
  return 0;
}
