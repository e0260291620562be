#include <cstdint>

#include "portique/inventory/rust/cargo_lock.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  portique::inventory::analyze_cargo_lock({"Cargo.lock", bytes}, {});
  return 0;
}
