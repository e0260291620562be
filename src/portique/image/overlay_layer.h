#pragma once

// The folder in which overlayfs keeps what one layer changed (its "upper" or "diff" folder), turned
// into the tar stream of an OCI layer, so that the sandboxed reader can read it as any other.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

#include "portique/archive/tar_writer.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/model/issue.h"

namespace portique::image {

/// Whether the reader will look into a file; of others only the size is written. `mode` are the
/// permission bits.
using WantsContent =
    std::function<bool(std::string_view path, std::uint32_t mode, std::uint64_t size)>;

/// Writes the folder's content to `sink`, sorted: files deleted from lower layers (character
/// devices 0/0) as whiteouts, opaque folders with their mark. The folder may belong to a running
/// container: nothing in it is followed out of it, and devices and pipes are not opened. Returns
/// what could not be read, with its path.
base::Result<std::vector<model::Issue>> write_overlay_layer(const std::filesystem::path& folder,
                                                            const archive::TarWriter::Sink& sink,
                                                            const WantsContent& wants,
                                                            const base::Limits& limits);

} // namespace portique::image
