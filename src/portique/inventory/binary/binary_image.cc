// Which reader a file gets, and the questions that are answered alike for all formats.

#include "portique/inventory/binary/binary_image.h"

#include <algorithm>

#include "portique/inventory/binary/binary_fields.h"
#include "portique/inventory/binary/elf_image.h"
#include "portique/inventory/binary/macho_image.h"
#include "portique/inventory/binary/pe_image.h"

namespace portique::inventory {

using base::Result;

const BinarySection* BinaryImage::section(std::string_view name) const {
  const auto found = std::ranges::find(sections, name, &BinarySection::name);
  return found == sections.end() ? nullptr : &*found;
}

std::optional<std::uint64_t> BinaryImage::offset_of(std::uint64_t address,
                                                    std::uint64_t size) const {
  for (const BinarySegment& segment : segments) {
    if (address < segment.address) continue;
    const std::uint64_t inside = address - segment.address;
    if (inside <= segment.size && size <= segment.size - inside) return segment.offset + inside;
  }
  return std::nullopt;
}

Result<std::string> read_range(const FileContent& file,
                               const BinaryImage& image,
                               std::uint64_t offset,
                               std::uint64_t size) {
  const std::uint64_t room = image.start < file.size() ? file.size() - image.start : 0;
  if (offset > room) return base::fail(base::Code::Truncated, "the file ends early");
  return read_piece(file, image.start + offset, size, "data");
}

std::optional<ExecutableKind> kind_of(std::string_view head) {
  if (head.starts_with("\x7f"
                       "ELF"))
    return ExecutableKind::Elf;
  if (head.starts_with("#!")) return ExecutableKind::Script;
  if (head.starts_with("MZ")) return ExecutableKind::Pe;
  if (is_macho(head)) return ExecutableKind::MachO;
  return std::nullopt;
}

Result<void> read_binary_images(const FileContent& file,
                                ExecutableKind kind,
                                const base::Limits& limits,
                                std::vector<BinaryImage>& images) {
  switch (kind) {
  case ExecutableKind::Elf:
    return read_elf_image(file, limits, images);
  case ExecutableKind::Pe:
    return read_pe_image(file, limits, images);
  case ExecutableKind::MachO:
    return read_macho_images(file, limits, images);
  case ExecutableKind::Script:
    break;
  }
  return {};
}

} // namespace portique::inventory
