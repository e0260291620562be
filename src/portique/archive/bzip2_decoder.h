#pragma once

#include <memory>

#include "portique/archive/decoder.h"

namespace portique::archive {

/// bzip2 by libbz2; checksums are verified.
base::Result<std::unique_ptr<Decoder>> bzip2_decoder();

} // namespace portique::archive
