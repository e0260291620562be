#include <cstdint>
#include <cstdlib>
#include <span>

#include "portique/inventory/erlang/mix_lock.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto found = portique::inventory::analyze_mix_lock({"mix.lock", bytes}, {});
  for (const auto& package : found.packages)
    if (package.name.empty() || package.version.empty() || package.type != "hex") std::abort();
  return 0;
}
