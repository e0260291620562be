#include <cstdint>

#include "portique/inventory/dotnet/nuget_lock.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  portique::inventory::analyze_nuget_lock({"packages.lock.json", bytes}, {});
  return 0;
}
