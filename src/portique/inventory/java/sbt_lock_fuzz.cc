#include <cstdint>

#include "portique/inventory/java/sbt_lock.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  portique::inventory::analyze_sbt_lock({"build.sbt.lock", bytes}, {});
  return 0;
}
