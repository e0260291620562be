#include "portique/archive/decompress.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace archive = portique::archive;
  portique::base::Limits limits;
  limits.layer_bytes = 16U << 20U;
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto stream = archive::decompress_detected(archive::memory_stream(bytes), limits);
  if (!stream) return 0;
  while (true) {
    const auto piece = (*stream)->next();
    if (!piece || piece->empty()) return 0;
  }
}
