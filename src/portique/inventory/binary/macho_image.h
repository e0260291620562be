#pragma once

#include <string_view>
#include <vector>

#include "portique/inventory/binary/binary_image.h"

namespace portique::inventory {

/// Whether a file begins like a Mach-O file, or like several of them in one ("fat"). The latter
/// share their first bytes with Java classes.
bool is_macho(std::string_view head);

/// The headers of a Mach-O file of one or several processors.
base::Result<void> read_macho_images(const FileContent& file,
                                     const base::Limits& limits,
                                     std::vector<BinaryImage>& images);

} // namespace portique::inventory
