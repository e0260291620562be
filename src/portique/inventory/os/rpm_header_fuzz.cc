#include <cstdint>

#include "portique/inventory/os/rpm_header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static_cast<void>(portique::inventory::read_rpm_header(std::as_bytes(std::span(data, size))));
  return 0;
}
