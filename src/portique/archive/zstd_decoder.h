#pragma once

#include <memory>

#include "portique/archive/decoder.h"

namespace portique::archive {

/// Zstandard (RFC 8878) by libzstd; windows of at most 128 MiB, checksums are verified.
std::unique_ptr<Decoder> zstd_decoder();

} // namespace portique::archive
