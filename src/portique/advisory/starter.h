#pragma once

// The starter database: embedded in the program, so that a machine without any network gets
// answers for Debian 12. What it is made from lies in data/starter/.

#include <filesystem>

#include "portique/advisory/database.h"
#include "portique/base/byte_reader.h"
#include "portique/base/result.h"

namespace portique::advisory {

/// Opens it; info().embedded is set. It is unpacked once into `cache_dir`/starter, under a name
/// that its content decides; with an empty `cache_dir`, or where the cache cannot be written, into
/// memory each time.
base::Result<Database> open_starter(const std::filesystem::path& cache_dir);

/// The same for any zstd-compressed database. `packed` is borrowed for the call.
base::Result<Database> open_packed(base::Bytes packed, const std::filesystem::path& cache_dir);

} // namespace portique::advisory
