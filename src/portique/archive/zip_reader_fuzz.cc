#include "portique/archive/zip_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint64_t kMost = 1U << 20U;
  const auto zip = portique::archive::ZipReader::open(std::as_bytes(std::span(data, size)), {});
  if (!zip) return 0;
  std::string content;
  for (const auto& entry : zip->entries())
    if (!zip->read(entry, kMost, content) && !content.empty()) __builtin_trap();
  return 0;
}
