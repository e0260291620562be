#include <algorithm>
#include <cstdint>
#include <vector>

#include "portique/inventory/binary/binary_image.h"

namespace portique::inventory {
namespace {

void read_all(base::Bytes bytes) {
  const FileContent file("usr/bin/program", bytes);
  const auto kind = kind_of(base::as_text(bytes.first(std::min(bytes.size(), kHeadBytes))));
  std::vector<BinaryImage> images;
  if (!kind || !read_binary_images(file, *kind, {}, images)) return;
  for (const BinaryImage& image : images)
    for (const BinarySection& section : image.sections)
      if (section.size < bytes.size())
        static_cast<void>(read_range(file, image, section.offset, section.size));
}

} // namespace
} // namespace portique::inventory

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  portique::inventory::read_all(std::as_bytes(std::span(data, size)));
  return 0;
}
