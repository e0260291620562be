#include <cstdint>

#include "portique/inventory/java/gradle_catalog.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  portique::inventory::analyze_gradle_catalog({"gradle/libs.versions.toml", bytes}, {});
  return 0;
}
