#include <cstdint>

#include "portique/inventory/executable/version_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  for (const std::string_view ending : portique::inventory::kVersionFileEndings)
    portique::inventory::analyze_version_file({ending, bytes}, {});
  return 0;
}
