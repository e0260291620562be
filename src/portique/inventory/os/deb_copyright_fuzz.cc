#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "portique/inventory/os/deb_copyright.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto found =
      portique::inventory::analyze_deb_copyright({"usr/share/doc/a/copyright", bytes}, {});
  for (const auto& fact : found.licences) {
    if (fact.licences.empty() || !std::ranges::is_sorted(fact.licences)) std::abort();
  }
  return 0;
}
