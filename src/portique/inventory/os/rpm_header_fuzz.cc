#include <cstdint>

#include "portique/inventory/os/rpm_header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto header = std::as_bytes(std::span(data, size));
  static_cast<void>(portique::inventory::read_rpm_header(header));
  portique::inventory::Analysis analysis;
  portique::inventory::OwnedPaths owned({}, analysis);
  static_cast<void>(portique::inventory::read_rpm_files(header, owned));
  return 0;
}
