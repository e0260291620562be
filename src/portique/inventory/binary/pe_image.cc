// PE: the DOS header leads to the COFF header, behind which the sections are listed.
// Format: https://learn.microsoft.com/en-us/windows/win32/debug/pe-format
// Section names longer than eight bytes, which only objects and debug sections have, are not
// resolved.

#include "portique/inventory/binary/pe_image.h"

#include <algorithm>

#include "portique/inventory/binary/binary_fields.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::Result;

constexpr std::uint64_t kLibrary = 0x2000;      // IMAGE_FILE_DLL
constexpr std::uint64_t kNarrow = 0x10b;        // PE32
constexpr std::uint64_t kWide = 0x20b;          // PE32+
constexpr std::uint64_t kRunnable = 0x20000000; // IMAGE_SCN_MEM_EXECUTE
constexpr std::uint64_t kWritable = 0x80000000; // IMAGE_SCN_MEM_WRITE

Result<void> read_sections(const FileContent& file,
                           std::string_view raw,
                           std::uint64_t base_address,
                           BinaryImage& image) {
  constexpr std::size_t kEntry = 40;
  for (std::size_t at = 0; at + kEntry <= raw.size(); at += kEntry) {
    const BinaryFields fields(raw.substr(at, kEntry), false);
    const std::uint64_t in_memory = PQ_TRY(fields.number(8, 4));
    const std::uint64_t in_file = PQ_TRY(fields.number(16, 4));
    const std::uint64_t flags = PQ_TRY(fields.number(36, 4));
    const BinarySection section{
        .name = std::string(until_nul(PQ_TRY(fields.bytes(0, 8)))),
        .address = base_address + PQ_TRY(fields.number(12, 4)),
        .offset = PQ_TRY(fields.number(20, 4)),
        // What follows the section's own size is padding.
        .size = in_memory == 0 ? in_file : std::min(in_memory, in_file),
    };
    image.segments.push_back({.address = section.address,
                              .offset = section.offset,
                              .size = section.size,
                              .writable = (flags & kWritable) != 0,
                              .runnable = (flags & kRunnable) != 0});
    image.sections.push_back(section);
  }
  for (const BinarySection& section : image.sections)
    if (section.size != 0 &&
        (section.offset > file.size() || section.size > file.size() - section.offset))
      return base::fail(Code::Truncated, "the file ends before its last section");
  return {};
}

} // namespace

Result<void> read_pe_image(const FileContent& file,
                           const base::Limits& limits,
                           std::vector<BinaryImage>& images) {
  constexpr std::uint64_t kDosHeader = 64;
  constexpr std::uint64_t kCoffHeader = 24; // with its signature
  if (file.size() < kDosHeader) return {};
  const std::string dos = PQ_TRY(read_piece(file, 0, kDosHeader, "DOS header"));
  const std::uint64_t at = PQ_TRY(BinaryFields(dos, false).number(0x3c, 4));
  if (at > file.size() || file.size() - at < kCoffHeader) return {};
  const std::string coff = PQ_TRY(read_piece(file, at, kCoffHeader, "PE header"));
  if (!coff.starts_with(std::string_view("PE\0\0", 4))) return {};

  const BinaryFields fields(coff, false);
  images.push_back({.what = {ExecutableKind::Pe, (PQ_TRY(fields.number(22, 2)) & kLibrary) != 0}});
  const std::uint64_t count = PQ_TRY(fields.number(6, 2));
  if (count > limits.binary_sections)
    return base::fail(Code::LimitExceeded, "the file has " + std::to_string(count) + " sections");
  const std::uint64_t optional_size = PQ_TRY(fields.number(20, 2));
  const std::string optional =
      PQ_TRY(read_piece(file, at + kCoffHeader, optional_size, "PE header"));
  const BinaryFields more(optional, false);
  const std::uint64_t magic = PQ_TRY(more.number(0, 2));
  if (magic != kNarrow && magic != kWide)
    return base::fail(Code::Malformed, "the PE header is of no known form");
  const std::uint64_t base_address =
      PQ_TRY(magic == kWide ? more.number(24, 8) : more.number(28, 4));
  const std::string raw =
      PQ_TRY(read_piece(file, at + kCoffHeader + optional_size, count * 40, "section headers"));
  return read_sections(file, raw, base_address, images.back());
}

} // namespace portique::inventory
