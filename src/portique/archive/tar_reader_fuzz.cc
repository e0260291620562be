#include "portique/archive/tar_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace archive = portique::archive;
  portique::base::Limits limits;
  limits.layer_entries = 10'000;
  const auto stream = archive::memory_stream(std::as_bytes(std::span(data, size)));
  archive::TarReader reader(*stream, limits);
  std::uint64_t budget = 16U << 20U; // holes are free to write and not to read
  while (true) {
    const auto entry = reader.next();
    if (!entry || *entry == nullptr) return 0;
    while (budget > 0) {
      const auto piece = reader.content();
      if (!piece || piece->empty()) break;
      budget -= std::min<std::uint64_t>(budget, piece->size());
    }
  }
}
