#include <cstdint>
#include <cstdlib>

#include "portique/inventory/python/conda_environment.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto found = portique::inventory::analyze_conda_environment({"environment.yml", bytes}, {});
  for (const auto& package : found.packages)
    if (package.name.empty() || package.version.empty()) std::abort();
  return 0;
}
