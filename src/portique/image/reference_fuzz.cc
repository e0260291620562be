#include "portique/base/byte_reader.h"
#include "portique/image/reference.h"

// What is a reference is written as one that is read back as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace image = portique::image;
  const auto text = portique::base::as_text(std::as_bytes(std::span(data, size)));
  const auto reference = image::parse_reference(text);
  if (!reference) return 0;
  const auto again = image::parse_reference(reference->text());
  if (!again || *again != *reference) __builtin_trap();
  return 0;
}
