#include "portique/archive/layer_path.h"
#include "portique/base/byte_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace archive = portique::archive;
  std::string clean;
  archive::clean_path(portique::base::as_text(std::as_bytes(std::span(data, size))), clean);
  std::string again;
  archive::clean_path(clean, again);
  if (again != clean || clean.starts_with('/') || clean == ".." || clean.starts_with("../"))
    __builtin_trap();
  std::string buffer;
  archive::whiteout_of(clean, buffer);
  return 0;
}
