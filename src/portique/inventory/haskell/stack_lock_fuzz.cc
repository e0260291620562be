#include <cstdint>
#include <cstdlib>
#include <span>

#include "portique/inventory/haskell/stack_lock.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto found = portique::inventory::analyze_stack_lock({"stack.yaml.lock", bytes}, {});
  for (const auto& package : found.packages)
    if (package.name.empty() || package.version.empty() || package.type != "hackage") std::abort();
  return 0;
}
