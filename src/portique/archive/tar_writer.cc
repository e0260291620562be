// The format that `tar --format=oldgnu` writes (GNU tar manual, "Basic Tar Format").

#include "portique/archive/tar_writer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "portique/archive/tar_header.h"

namespace portique::archive {

using base::Bytes;
using base::Result;

namespace {

constexpr std::size_t kNameBytes = 100;

using Block = std::array<char, kTarBlock>;

void put_text(Block& block, std::size_t offset, std::string_view text, std::size_t room) {
  std::memcpy(block.data() + offset, text.data(), std::min(text.size(), room));
}

/// Octal with a final NUL where it fits, else base-256.
void put_number(Block& block, std::size_t offset, std::size_t width, std::uint64_t value) {
  const std::size_t digits = width - 1;
  const bool fits = digits * 3 >= 64 || value >> (digits * 3) == 0;
  for (std::size_t i = 0; i < (fits ? digits : width); ++i) {
    const std::size_t at = offset + (fits ? digits : width) - 1 - i;
    block[at] = fits ? static_cast<char>('0' + (value & 7U)) : static_cast<char>(value & 0xFFU);
    value >>= fits ? 3U : 8U;
  }
  if (!fits) block[offset] = static_cast<char>(0x80);
}

void seal(Block& block) {
  std::memset(block.data() + 148, ' ', 8);
  std::uint64_t sum = 0;
  for (const char byte : block)
    sum += static_cast<unsigned char>(byte);
  put_number(block, 148, 7, sum);
}

char type_of(EntryType type) {
  switch (type) {
  case EntryType::HardLink:
    return '1';
  case EntryType::Symlink:
    return '2';
  case EntryType::CharDevice:
    return '3';
  case EntryType::BlockDevice:
    return '4';
  case EntryType::Directory:
    return '5';
  case EntryType::Fifo:
    return '6';
  default:
    return '0';
  }
}

Block header_block(const TarEntry& entry, char type, std::uint64_t stored) {
  Block block{};
  put_text(block, 0, entry.path, kNameBytes);
  put_number(block, 100, 8, entry.mode);
  put_number(block, 108, 8, entry.uid);
  put_number(block, 116, 8, entry.gid);
  put_number(block, 124, 12, stored);
  put_number(block, 136, 12, static_cast<std::uint64_t>(std::max<std::int64_t>(entry.mtime, 0)));
  block[156] = type;
  put_text(block, 157, entry.link_target, kNameBytes);
  put_text(block, 257, std::string_view("ustar  \0", 8), 8);
  return block;
}

Bytes bytes_of(const Block& block) {
  return std::as_bytes(std::span(block));
}

std::uint64_t padding_of(std::uint64_t size) {
  return (kTarBlock - size % kTarBlock) % kTarBlock;
}

} // namespace

/// A member of its own that says what does not fit into the next one's header.
Result<void> TarWriter::long_name(char type, std::string_view name) {
  TarEntry entry;
  entry.path = "././@LongLink";
  Block block = header_block(entry, type, name.size() + 1);
  seal(block);
  PQ_TRY(sink_(bytes_of(block)));
  PQ_TRY(sink_(base::as_bytes(name)));
  return zeros(1 + padding_of(name.size() + 1));
}

Result<void> TarWriter::header(const TarEntry& entry, char type, std::uint64_t stored) {
  if (entry.link_target.size() > kNameBytes) PQ_TRY(long_name('K', entry.link_target));
  if (entry.path.size() > kNameBytes) PQ_TRY(long_name('L', entry.path));
  Block block = header_block(entry, type, stored);
  if (type == 'S') {
    // One region of no bytes at the end, and the real size.
    put_number(block, 386, 12, entry.size);
    put_number(block, 398, 12, 0);
    put_number(block, 483, 12, entry.size);
  }
  seal(block);
  return sink_(bytes_of(block));
}

Result<void> TarWriter::begin(const TarEntry& entry) {
  const std::uint64_t stored = entry.type == EntryType::File ? entry.size : 0;
  PQ_TRY(header(entry, type_of(entry.type), stored));
  left_ = stored;
  padding_ = padding_of(stored);
  return {};
}

Result<void> TarWriter::content(Bytes piece) {
  piece = piece.first(std::min<std::uint64_t>(left_, piece.size()));
  if (piece.empty()) return {};
  left_ -= piece.size();
  return sink_(piece);
}

Result<void> TarWriter::end() {
  PQ_TRY(zeros(left_ + padding_));
  left_ = 0;
  padding_ = 0;
  return {};
}

Result<void> TarWriter::hole(const TarEntry& entry) {
  return header(entry, 'S', 0);
}

Result<void> TarWriter::finish() {
  return zeros(2 * kTarBlock);
}

Result<void> TarWriter::zeros(std::uint64_t count) {
  static constexpr std::array<std::byte, 16UL * 1024> kZeros{};
  while (count > 0) {
    const std::size_t piece = std::min<std::uint64_t>(count, kZeros.size());
    PQ_TRY(sink_(Bytes(kZeros).first(piece)));
    count -= piece;
  }
  return {};
}

} // namespace portique::archive
