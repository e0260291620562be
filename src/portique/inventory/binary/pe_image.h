#pragma once

#include <vector>

#include "portique/inventory/binary/binary_image.h"

namespace portique::inventory {

/// The headers of a PE file (Windows programs and DLLs); nothing if it is a DOS program without
/// them.
base::Result<void> read_pe_image(const FileContent& file,
                                 const base::Limits& limits,
                                 std::vector<BinaryImage>& images);

} // namespace portique::inventory
