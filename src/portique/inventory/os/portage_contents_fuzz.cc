#include <cstdint>

#include "portique/inventory/os/portage_contents.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  portique::inventory::analyze_portage_contents({"var/db/pkg/app-misc/a-1.0/CONTENTS", bytes}, {});
  return 0;
}
