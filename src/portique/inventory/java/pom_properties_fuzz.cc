#include <cstdint>

#include "portique/inventory/java/pom_properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  portique::inventory::analyze_pom_properties({"META-INF/maven/g/a/pom.properties", bytes}, {});
  return 0;
}
