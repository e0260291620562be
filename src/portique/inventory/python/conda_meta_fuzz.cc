#include <cstdint>
#include <cstdlib>

#include "portique/inventory/python/conda_meta.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto found = portique::inventory::analyze_conda_meta({"conda-meta/a.json", bytes}, {});
  for (const auto& package : found.packages)
    if (package.name.empty() || package.version.empty() || package.type != "conda") std::abort();
  return 0;
}
