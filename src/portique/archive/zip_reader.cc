// Entries of a zip archive; the central directory is read by zip_directory. What the directory says
// of sizes and CRC is believed and verified; the local headers only tell where the data begin, and
// must bear the same name. Data descriptors are therefore never needed.
#include "portique/archive/zip_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "portique/archive/zip_directory.h"
#include "portique/base/text.h"

namespace portique::archive {

using base::ByteReader;
using base::Bytes;
using base::Code;
using base::fail;
using base::Limits;
using base::Result;

namespace {

constexpr std::uint32_t kLocalMagic = 0x04034b50;
constexpr std::uint64_t kLocalBytes = 30;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;
/// The most that deflate can make of one byte.
constexpr std::uint64_t kDeflateRatio = 1032;

std::uint8_t* isal_bytes(char* bytes) {
  return reinterpret_cast<std::uint8_t*>(bytes);
}

/// Inflates `in` to exactly `size` bytes at `out`; false if it is anything else.
bool inflate_exactly(Bytes in, char* out, std::size_t size) {
  // On the stack and for the most part never touched, which makes readers thread-safe and an entry
  // free of allocations.
  inflate_state state;
  isal_inflate_init(&state);
  state.crc_flag = ISAL_DEFLATE;
  // ISA-L does not write to its input; its C interface does not say so.
  state.next_in = reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(in.data()));
  state.avail_in = static_cast<std::uint32_t>(in.size());
  state.next_out = isal_bytes(out);
  state.avail_out = static_cast<std::uint32_t>(size);
  return isal_inflate_stateless(&state) == ISAL_DECOMP_OK && state.total_out == size;
}

/// Whether data of the one size can be the other, compressed: no more memory is taken for them than
/// the caller's limit allows.
bool is_plausible(const ZipEntry& entry) {
  if (entry.method == kStored) return entry.size == entry.compressed_size;
  // Deflate grows data by 5 bytes for each block of up to 65,535; flushes add a little.
  constexpr std::uint64_t kGrowth = 4096;
  return entry.size / kDeflateRatio <= entry.compressed_size &&
         entry.compressed_size <= entry.size + entry.size / 16 + kGrowth;
}

/// `out` becomes what the stored bytes unpack to; false if they are broken.
bool unpack(const ZipEntry& entry, Bytes stored, std::string& out) {
  bool whole = true;
  const std::size_t size = entry.size;
  // libstdc++ 12 may call with more room than was asked for.
  out.resize_and_overwrite(size, [&](char* to, std::size_t) {
    if (entry.method == kStored)
      std::ranges::copy(base::as_text(stored), to);
    else
      whole = inflate_exactly(stored, to, size);
    return whole ? size : std::size_t{0};
  });
  return whole;
}

} // namespace

Result<ZipReader> ZipReader::open(Bytes archive, const Limits& limits) {
  return open(ByteSource(archive),
              {.entries = limits.layer_entries,
               .directory_bytes = archive.size(),
               .unpacked_bytes = limits.feed_bytes});
}

Result<ZipReader> ZipReader::open(const ByteSource& archive, const ZipLimits& limits) {
  const auto too_many = [&] {
    return fail(Code::LimitExceeded,
                "the zip archive has more than " + std::to_string(limits.entries) + " entries");
  };
  const ZipDirectory directory = PQ_TRY(find_zip_directory(archive));
  if (directory.entries > limits.entries) return too_many();
  if (directory.size > limits.directory_bytes)
    return fail(Code::LimitExceeded,
                "the zip directory has more than " + std::to_string(limits.directory_bytes) +
                    " bytes");
  ZipReader reader(archive);
  reader.entries_.reserve(directory.entries);
  std::string buffer;
  ByteReader records(PQ_TRY(archive.view(directory.offset, directory.size, buffer)));
  std::uint64_t total = 0;
  while (!records.at_end()) {
    if (reader.entries_.size() == limits.entries) return too_many();
    const ZipEntry& entry =
        reader.entries_.emplace_back(PQ_TRY(read_zip_record(records, directory.shift)));
    if (entry.size > limits.unpacked_bytes - total)
      return fail(Code::LimitExceeded,
                  "the zip archive unpacks to more than " + std::to_string(limits.unpacked_bytes) +
                      " bytes");
    total += entry.size;
  }
  // Without zip64, counts are stored modulo 65536.
  if ((reader.entries_.size() & 0xffffU) != (directory.entries & 0xffffU))
    return fail(Code::Malformed, "the zip directory has another number of entries than it says");
  PQ_TRY(reader.check_overlaps(directory.offset));
  return reader;
}

Result<void> ZipReader::check_overlaps(std::uint64_t directory) const {
  struct Range {
    std::uint64_t begin;
    std::uint64_t end;
  };

  std::vector<Range> ranges;
  ranges.reserve(entries_.size());
  for (const ZipEntry& entry : entries_) {
    const std::uint64_t begin = entry.local_header_offset;
    const std::uint64_t head = kLocalBytes + entry.name.size();
    if (begin > directory || head > directory - begin ||
        entry.compressed_size > directory - begin - head)
      return fail(Code::Malformed,
                  "'" + base::printable(entry.name.substr(0, 200)) +
                      "' lies outside of the zip archive");
    ranges.push_back({begin, begin + head + entry.compressed_size});
  }
  if (!std::ranges::is_sorted(ranges, {}, &Range::begin))
    std::ranges::sort(ranges, {}, &Range::begin);
  const auto overlap = std::ranges::adjacent_find(
      ranges, [](const Range& a, const Range& b) { return b.begin < a.end; });
  if (overlap != ranges.end())
    return fail(Code::Malformed,
                "entries of the zip archive overlap at byte " + std::to_string(overlap->end));
  return {};
}

/// Where the entry's data begin.
Result<std::uint64_t> ZipReader::data_offset(const ZipEntry& entry) const {
  std::string buffer;
  const auto head = archive_.view(entry.local_header_offset, kLocalBytes, buffer);
  if (!head) return fail(Code::Malformed, "the entry lies outside of the zip archive");
  ByteReader header(*head);
  if (PQ_TRY(header.le<std::uint32_t>()) != kLocalMagic)
    return fail(Code::Malformed, "the entry has no local header");
  PQ_TRY(header.skip(22)); // repeated in the directory
  const std::uint64_t name_bytes = PQ_TRY(header.le<std::uint16_t>());
  const std::uint64_t extra_bytes = PQ_TRY(header.le<std::uint16_t>());
  const std::uint64_t name_offset = entry.local_header_offset + kLocalBytes;
  if (base::as_text(PQ_TRY(archive_.view(name_offset, name_bytes, buffer))) != entry.name)
    return fail(Code::Malformed, "the entry's local header has another name");
  return name_offset + name_bytes + extra_bytes;
}

Result<ByteSource> ZipReader::stored_range(const ZipEntry& entry) const {
  if (entry.encrypted || entry.method != kStored || entry.size != entry.compressed_size)
    return fail(Code::Unsupported, "the entry is not stored as it is");
  return archive_.range(PQ_TRY(data_offset(entry)), entry.size);
}

Result<void> ZipReader::read(const ZipEntry& entry, std::uint64_t limit, std::string& out) const {
  out.clear();
  auto unpacked = read_entry(entry, limit, out);
  if (unpacked) return unpacked;
  out.clear();
  return base::at("zip entry '" + base::printable(entry.name.substr(0, 200)) + "'",
                  std::move(unpacked));
}

Result<void>
ZipReader::read_entry(const ZipEntry& entry, std::uint64_t limit, std::string& out) const {
  const std::uint64_t most =
      std::min<std::uint64_t>(limit, std::numeric_limits<std::uint32_t>::max());
  if (entry.size > most || entry.compressed_size > std::numeric_limits<std::uint32_t>::max())
    return fail(Code::LimitExceeded, "it is larger than " + std::to_string(most) + " bytes");
  if (entry.encrypted) return fail(Code::Unsupported, "it is encrypted");
  if (entry.method != kStored && entry.method != kDeflated)
    return fail(Code::Unsupported,
                "compression method " + std::to_string(entry.method) + " is not known");
  if (!is_plausible(entry)) return fail(Code::Malformed, "its sizes cannot be");
  std::string buffer;
  const Bytes stored =
      PQ_TRY(archive_.view(PQ_TRY(data_offset(entry)), entry.compressed_size, buffer));
  if (!unpack(entry, stored, out)) return fail(Code::Malformed, "the data are corrupt");
  if (crc32_gzip_refl(0, isal_bytes(out.data()), out.size()) != entry.crc32)
    return fail(Code::Malformed, "the checksum does not match the data");
  return {};
}

} // namespace portique::archive
