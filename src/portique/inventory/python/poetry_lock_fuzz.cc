#include <cstdint>
#include <cstdlib>

#include "portique/inventory/python/poetry_lock.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto found = portique::inventory::analyze_poetry_lock({"poetry.lock", bytes}, {});
  for (const auto& package : found.packages)
    if (package.name.empty() || package.version.empty() || package.type != "pypi") std::abort();
  return 0;
}
