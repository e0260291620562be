// POSIX.1-1988 ustar, GNU tar's and star's variants, and the seventh edition's tar before them:
// https://www.gnu.org/software/tar/manual/html_node/Standard.html
// Where writers differ, a field is read as the container engines read it (they share one reader),
// so that an image cannot mean one thing to them and another to us.
#include "portique/archive/tar_header.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace portique::archive {

using base::Code;
using base::fail;
using base::Result;

namespace {

struct Field {
  std::size_t offset;
  std::size_t size;
};

constexpr Field kName{0, 100};
constexpr Field kMode{100, 8};
constexpr Field kUid{108, 8};
constexpr Field kGid{116, 8};
constexpr Field kSize{124, 12};
constexpr Field kMtime{136, 12};
constexpr Field kChecksum{148, 8};
constexpr std::size_t kType = 156;
constexpr Field kLinkName{157, 100};
constexpr Field kMagic{257, 8}; // with the version behind it
constexpr Field kUstarPrefix{345, 155};
constexpr Field kStarPrefix{345, 131};
constexpr Field kStarTrailer{508, 4};
constexpr Field kGnuTimes[] = {{345, 12}, {357, 12}};

std::string_view field_of(std::string_view block, Field field) {
  return block.substr(field.offset, field.size);
}

/// Up to the first NUL.
std::string_view text_of(std::string_view block, Field field) {
  const std::string_view raw = field_of(block, field);
  return raw.substr(0, raw.find('\0'));
}

Result<std::int64_t> number_of(std::string_view block, Field field, std::string_view what) {
  const auto number = parse_tar_number(field_of(block, field));
  if (!number) return fail(Code::Malformed, std::string(what) + " is not a number");
  return *number;
}

/// The sum of all bytes, the checksum's own counted as blanks; old writers summed signed bytes.
template <typename Byte> int sum_of(std::string_view block) {
  int sum = 0; // narrow, so that the loop is done many bytes at a time
  for (const char c : block)
    sum += static_cast<Byte>(c);
  for (const char c : field_of(block, kChecksum))
    sum += ' ' - static_cast<Byte>(c);
  return sum;
}

bool checksum_matches(std::string_view block) {
  const auto stored = parse_tar_number(field_of(block, kChecksum));
  return stored &&
         (*stored == sum_of<unsigned char>(block) || *stored == sum_of<signed char>(block));
}

TarFormat format_of(std::string_view block) {
  const std::string_view magic = field_of(block, kMagic);
  if (magic == std::string_view("ustar  \0", 8)) return TarFormat::Gnu;
  if (magic.substr(0, 6) != std::string_view("ustar\0", 6)) return TarFormat::V7;
  const bool star = field_of(block, kStarTrailer) == std::string_view("tar\0", 4);
  return star ? TarFormat::Star : TarFormat::Ustar;
}

/// GNU headers have times where others have the prefix. Some writers set GNU's magic and a prefix
/// nevertheless; that is told by "times" that are no numbers.
bool has_misplaced_prefix(std::string_view block) {
  for (const Field field : kGnuTimes) {
    const std::string_view raw = field_of(block, field);
    if (raw[0] != '\0' && !parse_tar_number(raw)) return true;
  }
  return false;
}

std::string_view prefix_of(std::string_view block, TarFormat format) {
  switch (format) {
  case TarFormat::V7:
    return {};
  case TarFormat::Ustar:
    return text_of(block, kUstarPrefix);
  case TarFormat::Star:
    return text_of(block, kStarPrefix);
  case TarFormat::Gnu:
    return has_misplaced_prefix(block) ? text_of(block, kUstarPrefix) : std::string_view{};
  }
  return {};
}

Result<std::int64_t> parse_base256(std::string_view field) {
  const bool negative = (static_cast<unsigned char>(field[0]) & 0x40U) != 0;
  const unsigned char invert = negative ? 0xff : 0x00;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    auto byte = static_cast<std::uint64_t>(static_cast<unsigned char>(field[i]) ^ invert);
    if (i == 0) byte &= 0x7fU; // the bit that marks the encoding
    if (value >> 56U != 0) return fail(Code::Malformed, "the number is too large");
    value = value << 8U | byte;
  }
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return fail(Code::Malformed, "the number is too large");
  const auto positive = static_cast<std::int64_t>(value);
  return negative ? -positive - 1 : positive;
}

} // namespace

bool is_zero_block(TarBlock block) {
  static constexpr std::array<std::byte, kTarBlock> kZeros{};
  return std::memcmp(block.data(), kZeros.data(), kTarBlock) == 0;
}

Result<std::int64_t> parse_tar_number(std::string_view field) {
  if (!field.empty() && (static_cast<unsigned char>(field[0]) & 0x80U) != 0)
    return parse_base256(field);
  const auto is_padding = [](char c) { return c == ' ' || c == '\0'; };
  const auto first = std::ranges::find_if_not(field, is_padding);
  std::int64_t value = 0;
  auto at = first;
  for (; at != field.end() && *at >= '0' && *at <= '7'; ++at) {
    if (value > std::numeric_limits<std::int64_t>::max() / 8)
      return fail(Code::Malformed, "the number is too large");
    value = value * 8 + (*at - '0');
  }
  // What follows a NUL is not looked at.
  const bool ends = at == field.end() ||
                    (at != first && (*at == '\0' || std::all_of(at, field.end(), is_padding)));
  if (!ends) return fail(Code::Malformed, "the field is not an octal number");
  return value;
}

Result<TarHeader> parse_tar_header(TarBlock bytes) {
  const std::string_view block = base::as_text(bytes);
  if (!checksum_matches(block)) return fail(Code::Malformed, "the checksum does not match");
  const std::int64_t size = PQ_TRY(number_of(block, kSize, "the size"));
  if (size < 0) return fail(Code::Malformed, "the size is negative");
  TarHeader header;
  header.format = format_of(block);
  header.type = block[kType];
  header.name = text_of(block, kName);
  header.prefix = prefix_of(block, header.format);
  header.link_name = text_of(block, kLinkName);
  header.mode = static_cast<std::uint32_t>(PQ_TRY(number_of(block, kMode, "the mode")) & 07777);
  header.uid = static_cast<std::uint64_t>(PQ_TRY(number_of(block, kUid, "the user id")));
  header.gid = static_cast<std::uint64_t>(PQ_TRY(number_of(block, kGid, "the group id")));
  header.size = static_cast<std::uint64_t>(size);
  header.mtime = PQ_TRY(number_of(block, kMtime, "the modification time"));
  return header;
}

} // namespace portique::archive
