#include <cstddef>
#include <cstdint>
#include <string_view>

#include "portique/access/builds/build_facts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(portique::access::read_control_solve(text));
  static_cast<void>(portique::access::read_bridge_solve(text));
  static_cast<void>(portique::access::read_new_container(text));
  static_cast<void>(portique::access::dockerfile_facts(text, {{"BASE", "debian:12"}}));
  return 0;
}
