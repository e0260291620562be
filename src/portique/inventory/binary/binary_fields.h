#pragma once

// Numbers at fixed places of a binary header, every one checked against the header's end.

#include <cstdint>
#include <string>
#include <string_view>

#include "portique/base/result.h"
#include "portique/inventory/file_content.h"

namespace portique::inventory {

/// Borrowed bytes with a byte order.
class BinaryFields {
public:
  BinaryFields(std::string_view bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

  /// The number of `width` bytes (1 to 8) at `offset`.
  [[nodiscard]] base::Result<std::uint64_t> number(std::uint64_t offset, std::size_t width) const;

  /// The bytes at `offset`, borrowed.
  [[nodiscard]] base::Result<std::string_view> bytes(std::uint64_t offset, std::size_t size) const;

private:
  std::string_view bytes_;
  bool big_endian_;
};

/// Text up to its first NUL.
std::string_view until_nul(std::string_view bytes);

/// `size` bytes of the file from `offset`; Code::Truncated, saying of what, if it ends before.
base::Result<std::string> read_piece(const FileContent& file,
                                     std::uint64_t offset,
                                     std::uint64_t size,
                                     std::string_view what);

} // namespace portique::inventory
