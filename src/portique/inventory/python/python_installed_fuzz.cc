#include <cstdint>
#include <cstdlib>

#include "portique/inventory/python/python_installed.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto found = portique::inventory::analyze_python_installed(
      {"usr/lib/a-1.0.dist-info/METADATA", bytes}, {});
  for (const auto& package : found.packages)
    if (package.name.empty() || package.version.empty() || package.type != "pypi") std::abort();
  return 0;
}
