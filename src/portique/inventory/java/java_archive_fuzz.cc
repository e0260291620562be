#include <cstdint>

#include "portique/inventory/java/java_archive.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  portique::base::Limits limits;
  limits.archive_unpacked_bytes = 8U << 20U;
  limits.archive_memory_bytes = 1U << 20U;
  portique::inventory::analyze_java_archive({"app/lib/a-1.0.jar", bytes}, limits);
  return 0;
}
