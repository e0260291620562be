#include "portique/archive/pax.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto header = portique::archive::parse_pax(std::as_bytes(std::span(data, size)));
  if (!header) return 0;
  for (const std::string* text : {&header->path, &header->link_path, &header->sparse.name})
    if (text->find('\0') != std::string::npos) __builtin_trap();
  for (const auto& number : {header->size, header->sparse.size, header->sparse.real_size})
    if (number && *number > INT64_MAX) __builtin_trap();
  return 0;
}
