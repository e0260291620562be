#include <cstdint>
#include <cstdlib>

#include "portique/inventory/os/os_release.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto found = portique::inventory::analyze_os_release({"etc/os-release", bytes}, {});
  if (found.distro && !found.distro->known()) std::abort();
  return 0;
}
