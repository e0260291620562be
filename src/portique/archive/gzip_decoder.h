#pragma once

#include <memory>

#include "portique/archive/decoder.h"

namespace portique::archive {

/// gzip (RFC 1952) by ISA-L; CRC-32 and size of every member are verified.
std::unique_ptr<Decoder> gzip_decoder();

} // namespace portique::archive
