#pragma once

#include <memory>

#include "portique/archive/decoder.h"

namespace portique::archive {

/// xz by liblzma; dictionaries of at most 64 MiB (xz -9), checks are verified.
base::Result<std::unique_ptr<Decoder>> lzma_decoder();

} // namespace portique::archive
