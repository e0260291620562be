#pragma once

// What a program's file says of itself, common to ELF, PE and Mach-O: which ranges of it have a
// name, and which are mapped where. Headers only: a binary of 200 MB costs a few reads.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/inventory/cataloger.h"
#include "portique/inventory/file_content.h"

namespace portique::inventory {

/// A range of the file with a name.
struct BinarySection {
  std::string name;
  std::uint64_t address = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0; ///< in the file; 0 for what only takes memory
};

/// A range of the file that is mapped when the program starts.
struct BinarySegment {
  std::uint64_t address = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0; ///< in the file
  bool writable = false;
  bool runnable = false;
};

/// One program or library. A Mach-O file for several processors holds several.
struct BinaryImage {
  Executable what;
  bool big_endian = false;
  std::uint64_t start = 0; ///< where it begins in the file; all offsets count from there
  std::vector<BinarySection> sections;
  std::vector<BinarySegment> segments;

  [[nodiscard]] const BinarySection* section(std::string_view name) const;

  /// Where `size` bytes at `address` of the running program lie in the file, if they do in one
  /// piece.
  [[nodiscard]] std::optional<std::uint64_t> offset_of(std::uint64_t address,
                                                       std::uint64_t size) const;
};

/// A range of an image's file.
base::Result<std::string> read_range(const FileContent& file,
                                     const BinaryImage& image,
                                     std::uint64_t offset,
                                     std::uint64_t size);

/// What kind of program a file is by its first bytes; nothing if it is none. `head` are the first
/// kHeadBytes of the file, or all of it.
inline constexpr std::size_t kHeadBytes = 64;
std::optional<ExecutableKind> kind_of(std::string_view head);

/// Reads the headers of an ELF, PE or Mach-O file into `images`, which keeps what was read before
/// an error. A file that only begins like one (a DOS program) gives none.
base::Result<void> read_binary_images(const FileContent& file,
                                      ExecutableKind kind,
                                      const base::Limits& limits,
                                      std::vector<BinaryImage>& images);

} // namespace portique::inventory
