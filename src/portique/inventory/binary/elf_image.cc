// ELF: header, section headers with their names, program headers.
// Format: System V ABI, chapters 4 and 5;
// https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html The program headers of separate
// debug files lie about what is in the file, so only sections are held against the file's size,
// unless there are none.

#include "portique/inventory/binary/elf_image.h"

#include <algorithm>

#include "portique/inventory/binary/binary_fields.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::Result;

constexpr std::uint64_t kNoBits = 8;              // SHT_NOBITS
constexpr std::uint64_t kNamesElsewhere = 0xffff; // SHN_XINDEX
constexpr std::uint64_t kSharedObject = 3;        // ET_DYN
constexpr std::uint64_t kLoad = 1;                // PT_LOAD
constexpr std::uint64_t kDynamic = 2;             // PT_DYNAMIC
constexpr std::uint64_t kInterpreter = 3;         // PT_INTERP
constexpr std::uint64_t kFlags1 = 0x6ffffffb;     // DT_FLAGS_1
constexpr std::uint64_t kPie = 0x08000000;        // DF_1_PIE
constexpr std::uint64_t kRunnable = 1;            // PF_X
constexpr std::uint64_t kWritable = 2;            // PF_W

/// A table of equal entries somewhere in the file.
struct Table {
  std::uint64_t offset = 0;
  std::uint64_t entry_size = 0;
  std::uint64_t count = 0;
};

class ElfReader {
public:
  ElfReader(const FileContent& file, const base::Limits& limits, BinaryImage& image)
      : file_(&file), limits_(&limits), image_(&image) {}

  Result<void> read() {
    const std::string head =
        PQ_TRY(read_piece(*file_, 0, std::min<std::uint64_t>(file_->size(), 64), "ELF header"));
    if (head.size() < 20) return base::fail(Code::Truncated, "the ELF header ends early");
    if (head[4] < 1 || head[4] > 2 || head[5] < 1 || head[5] > 2)
      return base::fail(Code::Malformed, "the ELF header names no known word size or byte order");
    wide_ = head[4] == 2;
    image_->big_endian = head[5] == 2;
    const BinaryFields fields(head, image_->big_endian);
    const bool shared = PQ_TRY(fields.number(16, 2)) == kSharedObject;
    const Table segments{PQ_TRY(word(fields, 28, 32)),
                         PQ_TRY(fields.number(wide_ ? 54 : 42, 2)),
                         PQ_TRY(fields.number(wide_ ? 56 : 44, 2))};
    const Table sections{PQ_TRY(word(fields, 32, 40)),
                         PQ_TRY(fields.number(wide_ ? 58 : 46, 2)),
                         PQ_TRY(fields.number(wide_ ? 60 : 48, 2))};
    const std::uint64_t names = PQ_TRY(fields.number(wide_ ? 62 : 50, 2));
    // What the segments say is kept even if the section headers are cut off, and the other way.
    auto read = read_segments(segments);
    image_->what.is_library = shared && !is_program_;
    if (sections.offset != 0) {
      const auto more = read_sections(sections, names);
      if (read) read = more;
    } else if (read) {
      read = check_segments();
    }
    return read;
  }

private:
  /// An address or offset, which has another place and width in the narrow form.
  [[nodiscard]] Result<std::uint64_t>
  word(const BinaryFields& fields, std::uint64_t narrow_at, std::uint64_t wide_at) const {
    return wide_ ? fields.number(wide_at, 8) : fields.number(narrow_at, 4);
  }

  Result<std::string> read_table(const Table& table, std::uint64_t least, std::string_view what) {
    constexpr std::uint64_t kLargest = 256; // the format has room to grow, to no end
    if (table.entry_size < least || table.entry_size > kLargest)
      return base::fail(Code::Malformed, "the " + std::string(what) + " have an impossible size");
    if (table.count > limits_->binary_sections)
      return base::fail(Code::LimitExceeded,
                        "the file has " + std::to_string(table.count) + ' ' + std::string(what));
    return read_piece(*file_, table.offset, table.count * table.entry_size, what);
  }

  Result<void> read_segments(const Table& table) {
    if (table.count == 0) return {};
    const std::string raw = PQ_TRY(read_table(table, wide_ ? 56 : 32, "program headers"));
    for (std::uint64_t i = 0; i < table.count; ++i) {
      const BinaryFields fields(
          std::string_view(raw).substr(i * table.entry_size, table.entry_size), image_->big_endian);
      const std::uint64_t type = PQ_TRY(fields.number(0, 4));
      if (type == kInterpreter) is_program_ = true;
      if (type != kLoad && type != kDynamic) continue;
      const std::uint64_t flags = PQ_TRY(fields.number(wide_ ? 4 : 24, 4));
      const BinarySegment segment{.address = PQ_TRY(word(fields, 8, 16)),
                                  .offset = PQ_TRY(word(fields, 4, 8)),
                                  .size = PQ_TRY(word(fields, 16, 32)),
                                  .writable = (flags & kWritable) != 0,
                                  .runnable = (flags & kRunnable) != 0};
      if (type == kLoad)
        image_->segments.push_back(segment);
      else
        read_dynamic(segment);
    }
    return {};
  }

  /// A static program that can be loaded anywhere looks like a library but for one flag.
  void read_dynamic(const BinarySegment& segment) {
    if (is_program_) return;
    constexpr std::uint64_t kMost = 64U << 10U;
    const auto raw =
        read_piece(*file_, segment.offset, std::min(segment.size, kMost), "dynamic section");
    if (!raw) return;
    const BinaryFields fields(*raw, image_->big_endian);
    const std::size_t width = wide_ ? 8 : 4;
    for (std::uint64_t at = 0; at + 2 * width <= raw->size(); at += 2 * width) {
      if (fields.number(at, width).value_or(0) != kFlags1) continue;
      is_program_ = (fields.number(at + width, width).value_or(0) & kPie) != 0;
      return;
    }
  }

  Result<void> check_segments() const {
    for (const BinarySegment& segment : image_->segments)
      if (segment.offset > file_->size() || segment.size > file_->size() - segment.offset)
        return base::fail(Code::Truncated, "the file ends before its last segment");
    return {};
  }

  Result<void> read_sections(Table table, std::uint64_t names) {
    const std::uint64_t least = wide_ ? 64 : 40;
    if (table.count == 0 || names == kNamesElsewhere) {
      // Too many for the header: the numbers stand in the first section.
      const std::string first =
          PQ_TRY(read_table({table.offset, table.entry_size, 1}, least, "section headers"));
      const BinaryFields fields(first, image_->big_endian);
      if (table.count == 0) table.count = PQ_TRY(word(fields, 20, 32));
      if (names == kNamesElsewhere) names = PQ_TRY(fields.number(wide_ ? 40 : 24, 4));
    }
    const std::string raw = PQ_TRY(read_table(table, least, "section headers"));
    std::vector<std::uint64_t> name_offsets;
    for (std::uint64_t i = 0; i < table.count; ++i) {
      const BinaryFields fields(
          std::string_view(raw).substr(i * table.entry_size, table.entry_size), image_->big_endian);
      BinarySection section;
      section.address = PQ_TRY(word(fields, 12, 16));
      section.offset = PQ_TRY(word(fields, 16, 24));
      section.size = PQ_TRY(word(fields, 20, 32));
      if (PQ_TRY(fields.number(4, 4)) == kNoBits) section.size = 0;
      name_offsets.push_back(PQ_TRY(fields.number(0, 4)));
      image_->sections.push_back(std::move(section));
    }
    return read_names(name_offsets, names);
  }

  Result<void> read_names(const std::vector<std::uint64_t>& offsets, std::uint64_t names) {
    if (names == 0 || names >= image_->sections.size()) return {};
    const BinarySection& table = image_->sections[names];
    if (table.size > limits_->field_bytes)
      return base::fail(Code::LimitExceeded, "the names of the sections are too long");
    const std::string text = PQ_TRY(read_piece(*file_, table.offset, table.size, "section names"));
    for (std::size_t i = 0; i < offsets.size(); ++i)
      if (offsets[i] < text.size())
        image_->sections[i].name =
            until_nul(std::string_view(text).substr(offsets[i], limits_->section_name_bytes));
    return {};
  }

  const FileContent* file_;
  const base::Limits* limits_;
  BinaryImage* image_;
  bool wide_ = false;
  bool is_program_ = false;
};

} // namespace

Result<void> read_elf_image(const FileContent& file,
                            const base::Limits& limits,
                            std::vector<BinaryImage>& images) {
  images.push_back({.what = {ExecutableKind::Elf, false}});
  return ElfReader(file, limits, images.back()).read();
}

} // namespace portique::inventory
