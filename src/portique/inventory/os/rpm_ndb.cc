// rpm's NDB, version 0, little-endian (rpm's lib/backend/ndb): a header, pages of slots of 16 bytes
// that tell where each package's blob begins and how many blocks of 16 bytes it takes, and the
// blobs, each with a head, the rpm header, padding, and a tail that repeats the length and holds
// the Adler-32 of all before it.

#include "portique/inventory/os/rpm_ndb.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "portique/inventory/os/rpm_header.h"

namespace portique::inventory {

namespace {

using base::ByteReader;
using base::Code;
using base::fail;
using base::Result;

/// Four letters as a little-endian number.
constexpr std::uint32_t magic(std::string_view letters) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(letters[i])) << (8U * i);
  return value;
}

constexpr std::uint32_t kFileMagic = magic("RpmP");
constexpr std::uint32_t kSlotMagic = magic("Slot");
constexpr std::uint32_t kHeadMagic = magic("BlbS");
constexpr std::uint32_t kTailMagic = magic("BlbE");
constexpr std::uint64_t kPageBytes = 4096;
constexpr std::uint64_t kFileHeadBytes = 32;
constexpr std::uint64_t kBlockBytes = 16;
constexpr std::uint64_t kHeadBytes = 16;
constexpr std::uint64_t kTailBytes = 12;

struct Slot {
  std::uint32_t package = 0; ///< number of the package, 0: the slot is free
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

class NdbReader {
public:
  NdbReader(const FileContent& file, RpmHeaders& headers) : file_(&file), headers_(&headers) {}

  Result<void> read() {
    const std::uint64_t slot_pages = PQ_TRY(read_head());
    std::string page(kPageBytes, '\0');
    for (std::uint64_t i = 0; i < slot_pages; ++i) {
      PQ_TRY(file_->read_at(i * kPageBytes, std::as_writable_bytes(std::span(page))));
      ByteReader slots(base::as_bytes(page));
      if (i == 0) PQ_TRY(slots.skip(kFileHeadBytes));
      while (!slots.at_end()) {
        const Slot slot = PQ_TRY(read_slot(slots));
        if (slot.package != 0)
          PQ_TRY(base::at(fmt::format("package {}", slot.package), read_blob(slot)));
      }
    }
    return {};
  }

private:
  /// The number of pages of slots.
  Result<std::uint64_t> read_head() {
    std::array<std::byte, kFileHeadBytes> head{};
    PQ_TRY(file_->read_at(0, head));
    ByteReader reader(head);
    if (PQ_TRY(reader.le<std::uint32_t>()) != kFileMagic)
      return fail(Code::Malformed, "the file is no rpm database of the form NDB");
    if (const auto version = PQ_TRY(reader.le<std::uint32_t>()); version != 0)
      return fail(Code::Unsupported, fmt::format("version {} of NDB is not known", version));
    PQ_TRY(reader.skip(4)); // generation
    const std::uint64_t pages = PQ_TRY(reader.le<std::uint32_t>());
    if (pages == 0 || pages > file_->size() / kPageBytes)
      return fail(Code::Malformed, "the slots lie outside of the file");
    return pages;
  }

  static Result<Slot> read_slot(ByteReader& slots) {
    if (PQ_TRY(slots.le<std::uint32_t>()) != kSlotMagic)
      return fail(Code::Malformed, "a slot of the database is broken");
    Slot slot;
    slot.package = PQ_TRY(slots.le<std::uint32_t>());
    slot.offset = PQ_TRY(slots.le<std::uint32_t>()) * kBlockBytes;
    slot.size = PQ_TRY(slots.le<std::uint32_t>()) * kBlockBytes;
    return slot;
  }

  Result<void> read_blob(const Slot& slot) {
    if (slot.size < kHeadBytes + kTailBytes || slot.offset > file_->size() ||
        slot.size > file_->size() - slot.offset)
      return fail(Code::Malformed, "its record lies outside of the file");
    PQ_TRY(headers_->allow(slot.size));
    blob_.resize(slot.size);
    PQ_TRY(file_->read_at(slot.offset, blob_));
    ByteReader reader(blob_);
    const auto head = PQ_TRY(reader.le<std::uint32_t>());
    const auto package = PQ_TRY(reader.le<std::uint32_t>());
    PQ_TRY(reader.skip(4)); // generation
    const std::uint64_t length = PQ_TRY(reader.le<std::uint32_t>());
    if (head != kHeadMagic || package != slot.package ||
        length > slot.size - kHeadBytes - kTailBytes)
      return fail(Code::Malformed, "the head of its record is broken");
    const base::Bytes header = PQ_TRY(reader.take(length));
    PQ_TRY(reader.seek(slot.size - kTailBytes));
    const auto checksum = PQ_TRY(reader.le<std::uint32_t>());
    const auto again = PQ_TRY(reader.le<std::uint32_t>());
    if (PQ_TRY(reader.le<std::uint32_t>()) != kTailMagic || again != length)
      return fail(Code::Malformed, "the tail of its record is broken");
    if (adler32(base::Bytes(blob_).first(slot.size - kTailBytes)) != checksum)
      return fail(Code::Malformed, "the checksum of its record does not match");
    return headers_->add(header);
  }

  static std::uint32_t adler32(base::Bytes bytes) {
    // ISA-L does not write to its input; its C interface does not say so.
    return isal_adler32(1, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  }

  const FileContent* file_;
  RpmHeaders* headers_;
  std::vector<std::byte> blob_;
};

} // namespace

base::Result<void> read_rpm_ndb(const FileContent& file, RpmHeaders& headers) {
  return NdbReader(file, headers).read();
}

Analysis analyze_rpm_ndb(const FileContent& file, const base::Limits& limits) {
  RpmPackages packages(file, limits);
  const auto read = read_rpm_ndb(file, packages);
  return std::move(packages).finish(read, file.path());
}

} // namespace portique::inventory
