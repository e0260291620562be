#pragma once

#include <vector>

#include "portique/inventory/binary/binary_image.h"

namespace portique::inventory {

/// The headers of an ELF file, 32 or 64 bits, of either byte order.
base::Result<void> read_elf_image(const FileContent& file,
                                  const base::Limits& limits,
                                  std::vector<BinaryImage>& images);

} // namespace portique::inventory
