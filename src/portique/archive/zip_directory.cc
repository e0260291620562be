// APPNOTE 6.3.9, sections 4.3.12 to 4.3.16 and 4.5.3:
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
// An archive may stand behind other bytes (a self-extracting program, a start script): offsets are
// then counted from its own beginning. Archives in several volumes are not read.
#include "portique/archive/zip_directory.h"

#include <algorithm>
#include <optional>

namespace portique::archive {

using base::ByteReader;
using base::Bytes;
using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::uint32_t kRecordMagic = 0x02014b50;
constexpr std::uint32_t kEndMagic = 0x06054b50;
constexpr std::uint32_t kEnd64Magic = 0x06064b50;
constexpr std::uint32_t kLocator64Magic = 0x07064b50;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kLocator64Bytes = 20;
constexpr std::size_t kRecordBytes = 46;
constexpr std::size_t kMostCommentBytes = 0xffff;
constexpr std::uint32_t kIn64 = 0xffffffff; ///< "the value is in the zip64 extra field"

std::unexpected<base::Error> malformed(std::string message) {
  return fail(Code::Malformed, std::move(message));
}

bool has_magic(const ByteSource& archive, std::uint64_t offset, std::uint32_t magic) {
  std::string buffer;
  const auto bytes = archive.view(offset, sizeof magic, buffer);
  if (!bytes) return false;
  ByteReader reader(*bytes);
  const auto seen = reader.le<std::uint32_t>();
  return seen && *seen == magic;
}

/// The last end record whose comment fits behind it.
Result<std::uint64_t> find_end(const ByteSource& archive) {
  const std::uint64_t tail_bytes =
      std::min<std::uint64_t>(archive.size(), kEndBytes + kMostCommentBytes);
  std::string buffer;
  const Bytes tail = PQ_TRY(archive.view(archive.size() - tail_bytes, tail_bytes, buffer));
  for (std::uint64_t at = tail.size() < kEndBytes ? 0 : tail.size() - kEndBytes + 1; at-- > 0;) {
    if (tail[at] != std::byte{'P'}) continue;
    ByteReader record(tail.subspan(at));
    if (PQ_TRY(record.le<std::uint32_t>()) != kEndMagic) continue;
    PQ_TRY(record.skip(16));
    if (PQ_TRY(record.le<std::uint16_t>()) <= record.remaining())
      return archive.size() - tail.size() + at;
  }
  return malformed("the archive has no zip end record");
}

struct EndRecord {
  std::uint64_t at = 0; ///< where the directory ends
  std::uint32_t disk = 0;
  std::uint32_t directory_disk = 0;
  ZipDirectory directory;
};

Result<EndRecord> read_end(const ByteSource& archive, std::uint64_t at) {
  std::string buffer;
  ByteReader reader(PQ_TRY(archive.view(at, kEndBytes, buffer)));
  PQ_TRY(reader.skip(4));
  EndRecord end{.at = at};
  end.disk = PQ_TRY(reader.le<std::uint16_t>());
  end.directory_disk = PQ_TRY(reader.le<std::uint16_t>());
  PQ_TRY(reader.skip(2)); // entries on this disk
  end.directory.entries = PQ_TRY(reader.le<std::uint16_t>());
  end.directory.size = PQ_TRY(reader.le<std::uint32_t>());
  end.directory.offset = PQ_TRY(reader.le<std::uint32_t>());
  return end;
}

/// The zip64 end record that the locator before the end record at `at` points to, if there is one.
Result<std::optional<EndRecord>> read_end64(const ByteSource& archive, std::uint64_t at) {
  if (at < kLocator64Bytes || !has_magic(archive, at - kLocator64Bytes, kLocator64Magic))
    return std::nullopt;
  const std::uint64_t locator = at - kLocator64Bytes;
  std::string buffer;
  ByteReader pointer(PQ_TRY(archive.view(locator + 8, 8, buffer)));
  std::uint64_t record = PQ_TRY(pointer.le<std::uint64_t>());
  // Behind a prefix the stated offset is too small, and the record stands before its locator.
  if (!has_magic(archive, record, kEnd64Magic) && locator >= kEnd64Bytes)
    record = locator - kEnd64Bytes;
  if (!has_magic(archive, record, kEnd64Magic))
    return malformed("the zip64 end record is not where it should be");
  ByteReader reader(PQ_TRY(archive.view(record, kEnd64Bytes, buffer)));
  PQ_TRY(reader.skip(16));
  EndRecord end{.at = record};
  end.disk = PQ_TRY(reader.le<std::uint32_t>());
  end.directory_disk = PQ_TRY(reader.le<std::uint32_t>());
  PQ_TRY(reader.skip(8)); // entries on this disk
  end.directory.entries = PQ_TRY(reader.le<std::uint64_t>());
  end.directory.size = PQ_TRY(reader.le<std::uint64_t>());
  end.directory.offset = PQ_TRY(reader.le<std::uint64_t>());
  return end;
}

/// The zip64 extra field replaces those values that are too large for the record, in this order.
Result<void> apply_zip64(Bytes extra, ZipEntry& entry) {
  constexpr std::uint16_t kZip64 = 1;
  ByteReader fields(extra);
  // Some writers pad the extra fields with fewer bytes than a field's head.
  while (fields.remaining() >= 4) {
    const auto id = PQ_TRY(fields.le<std::uint16_t>());
    const auto size = PQ_TRY(fields.le<std::uint16_t>());
    ByteReader field(PQ_TRY(fields.take(size)));
    if (id != kZip64) continue;
    if (entry.size == kIn64) entry.size = PQ_TRY(field.le<std::uint64_t>());
    if (entry.compressed_size == kIn64) entry.compressed_size = PQ_TRY(field.le<std::uint64_t>());
    if (entry.local_header_offset == kIn64)
      entry.local_header_offset = PQ_TRY(field.le<std::uint64_t>());
    return {};
  }
  return {};
}

} // namespace

Result<ZipDirectory> find_zip_directory(const ByteSource& archive) {
  const std::uint64_t at = PQ_TRY(find_end(archive));
  EndRecord end = PQ_TRY(read_end(archive, at));
  if (const auto end64 = PQ_TRY(read_end64(archive, at))) end = *end64;
  if (end.disk != 0 || end.directory_disk != 0)
    return fail(Code::Unsupported, "zip archives in several volumes cannot be read");

  ZipDirectory directory = end.directory;
  if (directory.size > end.at || directory.offset > end.at - directory.size)
    return malformed("the zip directory does not lie inside the archive");
  // It ends where its end record begins, unless something stands between the two.
  const std::uint64_t computed = end.at - directory.size;
  if (directory.entries == 0 || has_magic(archive, computed, kRecordMagic)) {
    directory.shift = computed - directory.offset;
    directory.offset = computed;
  } else if (!has_magic(archive, directory.offset, kRecordMagic)) {
    return malformed("the zip directory is not where it should be");
  }
  if (directory.entries > directory.size / kRecordBytes)
    return malformed("the zip directory is too short for its entries");
  return directory;
}

Result<ZipEntry> read_zip_record(ByteReader& directory, std::uint64_t shift) {
  const auto magic = PQ_TRY(directory.le<std::uint32_t>());
  if (magic != kRecordMagic) return malformed("the zip directory has a broken record");
  PQ_TRY(directory.skip(4)); // versions
  ZipEntry entry;
  entry.encrypted = (PQ_TRY(directory.le<std::uint16_t>()) & 1U) != 0;
  entry.method = PQ_TRY(directory.le<std::uint16_t>());
  PQ_TRY(directory.skip(4)); // time and date
  entry.crc32 = PQ_TRY(directory.le<std::uint32_t>());
  entry.compressed_size = PQ_TRY(directory.le<std::uint32_t>());
  entry.size = PQ_TRY(directory.le<std::uint32_t>());
  const auto name_bytes = PQ_TRY(directory.le<std::uint16_t>());
  const auto extra_bytes = PQ_TRY(directory.le<std::uint16_t>());
  const auto comment_bytes = PQ_TRY(directory.le<std::uint16_t>());
  PQ_TRY(directory.skip(8)); // disk and attributes
  entry.local_header_offset = PQ_TRY(directory.le<std::uint32_t>());
  entry.name.assign(base::as_text(PQ_TRY(directory.take(name_bytes))));
  PQ_TRY(apply_zip64(PQ_TRY(directory.take(extra_bytes)), entry));
  PQ_TRY(directory.skip(comment_bytes));
  if (entry.local_header_offset > UINT64_MAX - shift)
    return malformed("an entry lies outside of the zip archive");
  entry.local_header_offset += shift;
  return entry;
}

} // namespace portique::archive
