#pragma once

// Which files of an image are programs and libraries, told without reading more than their first
// bytes.

#include <cstdint>
#include <optional>
#include <string_view>

#include "portique/base/byte_reader.h"
#include "portique/inventory/cataloger.h"

namespace portique::scan {

/// How many of a file's first bytes executable_kind() looks at.
inline constexpr std::size_t kMagicBytes = 4;

/// Whether it is worth looking at a file's first bytes: somebody may execute it, or its name is
/// that of a library. `mode` are the permission bits.
bool may_be_executable(std::string_view clean_path, std::uint32_t mode, std::uint64_t size);

/// ELF, PE, Mach-O (one or several architectures) or "#!"; nothing for anything else.
std::optional<inventory::ExecutableKind> executable_kind(base::Bytes first_bytes);

/// Whether the name is that of a library: "libc.so.6", "a.dll", "libz.1.dylib".
bool is_library_name(std::string_view clean_path);

} // namespace portique::scan
