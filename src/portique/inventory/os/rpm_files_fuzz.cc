#include <cstdint>
#include <span>

#include "portique/inventory/os/rpm_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static_cast<void>(portique::inventory::for_each_rpm_file(
      std::as_bytes(std::span(data, size)),
      [](std::string_view,
         const portique::inventory::RpmFile& file) -> portique::base::Result<void> {
        if (!file.name.empty() && file.name.back() == '\0') __builtin_trap();
        return {};
      }));
  return 0;
}
