#include <cstdint>

#include "portique/inventory/dotnet/msbuild_project.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  portique::inventory::analyze_msbuild_project({"a.csproj", bytes}, {});
  return 0;
}
