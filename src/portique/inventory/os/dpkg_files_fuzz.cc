#include <cstdint>

#include "portique/inventory/os/dpkg_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using portique::inventory::analyze_dpkg_files;
  const auto bytes = std::as_bytes(std::span(data, size));
  analyze_dpkg_files({"var/lib/dpkg/info/fuzz:amd64.list", bytes}, {});
  analyze_dpkg_files({"var/lib/dpkg/status.d/fuzz.md5sums", bytes}, {});
  return 0;
}
