#include "portique/base/byte_reader.h"
#include "portique/image/registry_challenge.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace image = portique::image;
  const auto header = portique::base::as_text(std::as_bytes(std::span(data, size)));
  for (const image::Challenge& challenge : image::parse_challenges(header))
    if (challenge.scheme.empty()) __builtin_trap();
  return 0;
}
