#include <cstdint>

#include "portique/inventory/os/rpm_sqlite.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  portique::inventory::analyze_rpm_sqlite({"var/lib/rpm/database", bytes}, {});
  return 0;
}
