#include "portique/inventory/binary/binary_fields.h"

#include <span>

namespace portique::inventory {

using base::Code;
using base::Result;

Result<std::uint64_t> BinaryFields::number(std::uint64_t offset, std::size_t width) const {
  const std::string_view raw = PQ_TRY(bytes(offset, width));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const char c = raw[big_endian_ ? i : width - 1 - i];
    value = (value << 8U) | static_cast<unsigned char>(c);
  }
  return value;
}

Result<std::string_view> BinaryFields::bytes(std::uint64_t offset, std::size_t size) const {
  if (offset > bytes_.size() || size > bytes_.size() - offset)
    return base::fail(Code::Truncated, "a header ends early");
  return bytes_.substr(offset, size);
}

std::string_view until_nul(std::string_view bytes) {
  return bytes.substr(0, bytes.find('\0'));
}

Result<std::string> read_piece(const FileContent& file,
                               std::uint64_t offset,
                               std::uint64_t size,
                               std::string_view what) {
  if (offset > file.size() || size > file.size() - offset)
    return base::fail(Code::Truncated, "the file ends before its " + std::string(what));
  std::string piece(size, '\0');
  PQ_TRY(file.read_at(offset, std::as_writable_bytes(std::span(piece))));
  return piece;
}

} // namespace portique::inventory
