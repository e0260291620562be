#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "portique/archive/byte_stream.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"

namespace portique::archive {

enum class Compression : std::uint8_t { None, Gzip, Zstd, Xz, Bzip2 };

std::string_view compression_name(Compression compression);

/// How much of a stream's front detect_compression() needs.
inline constexpr std::size_t kDetectBytes = 6;

/// Told by magic number; `head` needs kDetectBytes, fewer only if there are no more.
Compression detect_compression(base::Bytes head);

/// The decompressed stream: gzip (RFC 1952, several members, ISA-L), zstd (RFC 8878, several and
/// skippable frames, window at most 128 MiB), xz, bzip2. Checksums are verified. Output beyond
/// `limits.layer_bytes`, or more than `limits.expansion_ratio` times the input once
/// `limits.expansion_free_bytes` are out, is Code::LimitExceeded; a stream that stops early is
/// Code::Truncated; garbage after the last member is ignored, as gzip(1) does, if it is zeros, and
/// Code::Malformed otherwise.
base::Result<std::unique_ptr<ByteStream>> decompress(std::unique_ptr<ByteStream> compressed,
                                                     Compression compression,
                                                     const base::Limits& limits);

/// Looks at the front and decompresses if it is compressed.
base::Result<std::unique_ptr<ByteStream>> decompress_detected(std::unique_ptr<ByteStream> stream,
                                                              const base::Limits& limits);

} // namespace portique::archive
