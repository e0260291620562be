#include "portique/advisory/kev.h"
#include "portique/base/byte_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static_cast<void>(
      portique::advisory::parse_kev(portique::base::as_text(std::as_bytes(std::span(data, size)))));
  return 0;
}
