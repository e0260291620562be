#include <cstdint>

#include "portique/inventory/dotnet/dotnet_deps.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  portique::inventory::analyze_dotnet_deps({"app/a.deps.json", bytes}, {});
  return 0;
}
