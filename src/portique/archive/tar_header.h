#pragma once

// One 512-byte header block of a tar archive.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "portique/base/byte_reader.h"
#include "portique/base/result.h"

namespace portique::archive {

inline constexpr std::size_t kTarBlock = 512;

using TarBlock = std::span<const std::byte, kTarBlock>;

/// Who wrote the header: decides what lies behind its byte 257.
enum class TarFormat : std::uint8_t { V7, Ustar, Star, Gnu };

/// The decoded fields; text is borrowed from the block.
struct TarHeader {
  TarFormat format = TarFormat::V7;
  char type = '\0';
  std::string_view name;
  std::string_view prefix; ///< folder of `name`, or empty
  std::string_view link_name;
  std::uint32_t mode = 0;
  std::uint64_t uid = 0;
  std::uint64_t gid = 0;
  std::uint64_t size = 0;
  std::int64_t mtime = 0;
};

bool is_zero_block(TarBlock block);

/// Code::Malformed for a wrong checksum, numbers that are none and negative sizes.
base::Result<TarHeader> parse_tar_header(TarBlock block);

/// A numeric field: octal digits between blanks and NULs, or base-256 (the first bit set), which
/// may be negative. An empty field is 0.
base::Result<std::int64_t> parse_tar_number(std::string_view field);

} // namespace portique::archive
