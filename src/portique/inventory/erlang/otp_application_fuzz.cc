#include <cstdint>
#include <cstdlib>
#include <span>

#include "portique/inventory/erlang/otp_application.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto found =
      portique::inventory::analyze_otp_application({"lib/a-1/ebin/a.app", bytes}, {});
  for (const auto& package : found.packages)
    if (package.name.empty() || package.version.empty() ||
        (package.type != "hex" && package.type != "otp"))
      std::abort();
  return 0;
}
