// Mach-O: load commands list segments with their sections; a "fat" file begins with a table of
// Mach-O files for several processors.
// Format: <mach-o/loader.h> and <mach-o/fat.h>;
// https://github.com/aidansteele/osx-abi-macho-file-format-reference

#include "portique/inventory/binary/macho_image.h"

#include <optional>

#include "portique/inventory/binary/binary_fields.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::Result;
using namespace std::string_view_literals;

constexpr std::uint64_t kSegment = 0x1;      // LC_SEGMENT
constexpr std::uint64_t kSegmentWide = 0x19; // LC_SEGMENT_64
constexpr std::uint64_t kDynamicLibrary = 6; // MH_DYLIB
constexpr std::uint64_t kBundle = 8;         // MH_BUNDLE
constexpr std::uint64_t kWritable = 2;       // VM_PROT_WRITE
constexpr std::uint64_t kRunnable = 4;       // VM_PROT_EXECUTE
constexpr std::uint64_t kZeroFill = 1;       // S_ZEROFILL
/// Fat files have one part a processor family; a Java class has its major version, 45 or more,
/// where these have their number.
constexpr std::uint64_t kMostParts = 32;

struct Form {
  bool wide = false;
  bool big_endian = false;
};

std::optional<Form> form_of(std::string_view head) {
  if (head.starts_with("\xce\xfa\xed\xfe"sv)) return Form{false, false};
  if (head.starts_with("\xcf\xfa\xed\xfe"sv)) return Form{true, false};
  if (head.starts_with("\xfe\xed\xfa\xce"sv)) return Form{false, true};
  if (head.starts_with("\xfe\xed\xfa\xcf"sv)) return Form{true, true};
  return std::nullopt;
}

/// How many parts a fat file has; 0 if it is none.
std::uint64_t parts_of(std::string_view head) {
  if (!head.starts_with("\xca\xfe\xba\xbe"sv) && !head.starts_with("\xca\xfe\xba\xbf"sv)) return 0;
  const std::uint64_t parts = BinaryFields(head, true).number(4, 4).value_or(0);
  return parts <= kMostParts ? parts : 0;
}

class MachoReader {
public:
  MachoReader(const FileContent& file, const base::Limits& limits, Form form, BinaryImage& image)
      : file_(&file), limits_(&limits), form_(form), image_(&image) {}

  Result<void> read() {
    image_->big_endian = form_.big_endian;
    const std::uint64_t header_size = form_.wide ? 32 : 28;
    const std::string head =
        PQ_TRY(read_piece(*file_, image_->start, header_size, "Mach-O header"));
    const BinaryFields fields(head, form_.big_endian);
    const std::uint64_t type = PQ_TRY(fields.number(12, 4));
    image_->what.is_library = type == kDynamicLibrary || type == kBundle;
    const std::uint64_t count = PQ_TRY(fields.number(16, 4));
    const std::uint64_t size = PQ_TRY(fields.number(20, 4));
    if (count > limits_->binary_sections || size > limits_->field_bytes)
      return base::fail(Code::LimitExceeded, "the file has too many load commands");
    const std::string raw =
        PQ_TRY(read_piece(*file_, image_->start + header_size, size, "load commands"));
    return read_commands(raw, count);
  }

private:
  Result<void> read_commands(std::string_view raw, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const BinaryFields fields(raw, form_.big_endian);
      const std::uint64_t command = PQ_TRY(fields.number(0, 4));
      const std::uint64_t size = PQ_TRY(fields.number(4, 4));
      if (size < 8 || size > raw.size())
        return base::fail(Code::Malformed, "a load command has an impossible size");
      if (command == kSegment || command == kSegmentWide)
        PQ_TRY(read_segment(raw.substr(0, size), command == kSegmentWide));
      raw.remove_prefix(size);
    }
    return {};
  }

  Result<void> read_segment(std::string_view raw, bool wide) {
    const BinaryFields fields(raw, form_.big_endian);
    const std::size_t width = wide ? 8 : 4;
    const std::uint64_t protection = PQ_TRY(fields.number(wide ? 60 : 44, 4));
    const BinarySegment segment{.address = PQ_TRY(fields.number(24, width)),
                                .offset = PQ_TRY(fields.number(wide ? 40 : 32, width)),
                                .size = PQ_TRY(fields.number(wide ? 48 : 36, width)),
                                .writable = (protection & kWritable) != 0,
                                .runnable = (protection & kRunnable) != 0};
    image_->segments.push_back(segment);
    const std::uint64_t room = file_->size() - image_->start;
    if (segment.offset > room || segment.size > room - segment.offset)
      return base::fail(Code::Truncated, "the file ends before its last segment");
    const std::uint64_t count = PQ_TRY(fields.number(wide ? 64 : 48, 4));
    if (count > limits_->binary_sections)
      return base::fail(Code::LimitExceeded, "a segment has too many sections");
    const std::uint64_t entry = wide ? 80 : 68;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t at = (wide ? 72 : 56) + i * entry;
      BinarySection section;
      section.name = until_nul(PQ_TRY(fields.bytes(at, 16)));
      section.address = PQ_TRY(fields.number(at + 32, width));
      section.size = PQ_TRY(fields.number(at + (wide ? 40 : 36), width));
      section.offset = PQ_TRY(fields.number(at + (wide ? 48 : 40), 4));
      const std::uint64_t flags = PQ_TRY(fields.number(at + (wide ? 64 : 56), 4));
      if ((flags & 0xffU) == kZeroFill) section.size = 0;
      image_->sections.push_back(std::move(section));
    }
    return {};
  }

  const FileContent* file_;
  const base::Limits* limits_;
  Form form_;
  BinaryImage* image_;
};

Result<void> read_one(const FileContent& file,
                      std::uint64_t start,
                      const base::Limits& limits,
                      std::vector<BinaryImage>& images) {
  const std::string magic = PQ_TRY(read_piece(file, start, 4, "Mach-O header"));
  const auto form = form_of(magic);
  if (!form) return {}; // a fat file may hold a static library
  images.push_back({.what = {ExecutableKind::MachO, false}, .start = start});
  return MachoReader(file, limits, *form, images.back()).read();
}

} // namespace

bool is_macho(std::string_view head) {
  return form_of(head).has_value() || parts_of(head) > 0;
}

Result<void> read_macho_images(const FileContent& file,
                               const base::Limits& limits,
                               std::vector<BinaryImage>& images) {
  const std::string head = PQ_TRY(read_piece(file, 0, 8, "Mach-O header"));
  const std::uint64_t parts = parts_of(head);
  if (parts == 0) return read_one(file, 0, limits, images);
  const bool wide = head[3] == '\xbf';
  const std::uint64_t entry = wide ? 32 : 20;
  const std::string table = PQ_TRY(read_piece(file, 8, parts * entry, "table of parts"));
  const BinaryFields fields(table, true);
  for (std::uint64_t i = 0; i < parts; ++i) {
    const std::uint64_t start = PQ_TRY(fields.number(i * entry + 8, wide ? 8 : 4));
    PQ_TRY(read_one(file, start, limits, images));
  }
  return {};
}

} // namespace portique::inventory
