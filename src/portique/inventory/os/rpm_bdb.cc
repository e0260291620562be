// Berkeley DB's hash access method, as rpm used it for Packages: a page of metadata, then pages of
// items (key, value, key, value, ...). A value that does not fit lies on a chain of overflow pages.
// Structures: dbinc/db_page.h of Berkeley DB 5.3. All pages are visited in their order, instead of
// bucket by bucket: freed pages have another type. Encryption, checksummed pages and off-page
// duplicates, which rpm never made, are not read.

#include "portique/inventory/os/rpm_bdb.h"

#include <algorithm>
#include <bit>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "portique/inventory/os/rpm_header.h"

namespace portique::inventory {

namespace {

using base::ByteReader;
using base::Bytes;
using base::Code;
using base::fail;
using base::Result;

constexpr std::uint32_t kHashMagic = 0x061561;
constexpr std::uint64_t kMetaBytes = 512;
constexpr std::uint64_t kPageHeadBytes = 26;
constexpr std::uint32_t kLeastPage = 512;
constexpr std::uint32_t kMostPage = 65536;

enum PageType : std::uint8_t { kHashUnsorted = 2, kOverflow = 7, kHash = 13 };

enum ItemType : std::uint8_t { kKeyData = 1, kOffPage = 3 };

struct PageHead {
  std::uint32_t next = 0;
  std::uint16_t entries = 0;
  std::uint16_t free_or_length = 0; ///< on an overflow page: how many bytes it holds
  std::uint8_t type = 0;
};

class BdbReader {
public:
  BdbReader(const FileContent& file, RpmHeaders& headers) : file_(&file), headers_(&headers) {}

  Result<void> read() {
    PQ_TRY(read_meta());
    overflow_pages_left_ = pages_;
    std::vector<std::byte> page(page_bytes_);
    for (std::uint32_t number = 1; number < pages_; ++number) {
      PQ_TRY(read_page(number, page));
      const PageHead head = PQ_TRY(read_head(page));
      if (head.type != kHash && head.type != kHashUnsorted) continue;
      PQ_TRY(base::at(fmt::format("page {}", number), read_items(page, head)));
    }
    return {};
  }

private:
  template <std::unsigned_integral T> Result<T> number(ByteReader& reader) const {
    return big_endian_ ? reader.be<T>() : reader.le<T>();
  }

  Result<void> read_meta() {
    std::array<std::byte, kMetaBytes> meta{};
    PQ_TRY(file_->read_at(0, meta));
    ByteReader reader(meta);
    PQ_TRY(reader.seek(12));
    const auto magic = PQ_TRY(reader.le<std::uint32_t>());
    big_endian_ = magic == std::byteswap(kHashMagic);
    if (magic != kHashMagic && !big_endian_)
      return fail(Code::Malformed, "the file is no Berkeley DB hash database");
    const auto version = PQ_TRY(number<std::uint32_t>(reader));
    if (version < 8 || version > 10)
      return fail(Code::Unsupported,
                  fmt::format("version {} of Berkeley DB's hash files is not known", version));
    page_bytes_ = PQ_TRY(number<std::uint32_t>(reader));
    if (page_bytes_ < kLeastPage || page_bytes_ > kMostPage || !std::has_single_bit(page_bytes_))
      return fail(Code::Malformed, fmt::format("{} is no size of a page", page_bytes_));
    const auto rest = PQ_TRY(reader.take(3)); // encryption, type, flags
    if (rest[0] != std::byte{0}) return fail(Code::Unsupported, "the database is encrypted");
    if ((rest[2] & std::byte{1}) != std::byte{0})
      return fail(Code::Unsupported, "the database's pages have checksums");
    if (file_->size() % page_bytes_ != 0)
      return fail(Code::Truncated, "the database ends in the middle of a page");
    pages_ = static_cast<std::uint32_t>(file_->size() / page_bytes_);
    PQ_TRY(reader.seek(32));
    if (const auto last = PQ_TRY(number<std::uint32_t>(reader)); last >= pages_)
      return fail(Code::Truncated, fmt::format("page {} lies behind the end of the file", last));
    return {};
  }

  Result<void> read_page(std::uint32_t number, std::span<std::byte> page) const {
    if (number == 0 || number >= pages_)
      return fail(Code::Malformed, fmt::format("there is no page {}", number));
    return file_->read_at(std::uint64_t{number} * page_bytes_, page);
  }

  [[nodiscard]] Result<PageHead> read_head(Bytes page) const {
    ByteReader reader(page);
    PQ_TRY(reader.seek(16));
    PageHead head;
    head.next = PQ_TRY(number<std::uint32_t>(reader));
    head.entries = PQ_TRY(number<std::uint16_t>(reader));
    head.free_or_length = PQ_TRY(number<std::uint16_t>(reader));
    PQ_TRY(reader.skip(1)); // level
    head.type = PQ_TRY(reader.le<std::uint8_t>());
    return head;
  }

  /// The bytes of each item; they are stored from the end of the page towards its beginning.
  Result<std::vector<Bytes>> items_of(Bytes page, const PageHead& head) const {
    ByteReader reader(page);
    PQ_TRY(reader.seek(kPageHeadBytes));
    std::vector<Bytes> items;
    std::size_t end = page.size();
    for (std::uint16_t i = 0; i < head.entries; ++i) {
      const std::size_t begin = PQ_TRY(number<std::uint16_t>(reader));
      if (begin >= end || begin < kPageHeadBytes + 2U * head.entries)
        return fail(Code::Malformed, "its items overlap");
      items.push_back(page.subspan(begin, end - begin));
      end = begin;
    }
    return items;
  }

  Result<void> read_items(Bytes page, const PageHead& head) {
    if (head.entries % 2 != 0) return fail(Code::Malformed, "it has a key without a value");
    const auto items = PQ_TRY(items_of(page, head));
    for (std::size_t i = 0; i < items.size(); i += 2)
      PQ_TRY(read_pair(items[i], items[i + 1]));
    return {};
  }

  Result<void> read_pair(Bytes key, Bytes value) {
    // Package 0 is no package: rpm keeps the highest number there.
    if (std::ranges::all_of(key.subspan(1), [](std::byte b) { return b == std::byte{0}; }))
      return {};
    switch (std::to_integer<std::uint8_t>(value[0])) {
    case kKeyData:
      PQ_TRY(headers_->allow(value.size() - 1));
      return headers_->add(value.subspan(1));
    case kOffPage:
      return read_chain(value);
    default:
      return fail(Code::Unsupported,
                  fmt::format("an item has the type {}", std::to_integer<int>(value[0])));
    }
  }

  Result<void> read_chain(Bytes item) {
    ByteReader reader(item);
    PQ_TRY(reader.skip(4)); // type and padding
    auto next = PQ_TRY(number<std::uint32_t>(reader));
    const std::uint64_t length = PQ_TRY(number<std::uint32_t>(reader));
    PQ_TRY(headers_->allow(length));
    chain_.clear();
    overflow_.resize(page_bytes_);
    while (chain_.size() < length) {
      // Every page has one owner, so all chains together are no longer than the file.
      if (overflow_pages_left_ == 0) return fail(Code::Malformed, "overflow pages are shared");
      --overflow_pages_left_;
      PQ_TRY(read_page(next, overflow_));
      const PageHead head = PQ_TRY(read_head(overflow_));
      if (head.type != kOverflow)
        return fail(Code::Malformed, fmt::format("page {} is no overflow page", next));
      ByteReader page(overflow_);
      PQ_TRY(page.seek(kPageHeadBytes));
      const Bytes piece = PQ_TRY(page.take(head.free_or_length));
      if (piece.empty() || piece.size() > length - chain_.size())
        return fail(Code::Malformed, fmt::format("overflow page {} has a wrong length", next));
      chain_.insert(chain_.end(), piece.begin(), piece.end());
      next = head.next;
    }
    return headers_->add(chain_);
  }

  const FileContent* file_;
  RpmHeaders* headers_;
  bool big_endian_ = false;
  std::uint32_t page_bytes_ = 0;
  std::uint32_t pages_ = 0;
  std::uint64_t overflow_pages_left_ = 0;
  std::vector<std::byte> chain_;
  std::vector<std::byte> overflow_;
};

} // namespace

base::Result<void> read_rpm_bdb(const FileContent& file, RpmHeaders& headers) {
  return BdbReader(file, headers).read();
}

Analysis analyze_rpm_bdb(const FileContent& file, const base::Limits& limits) {
  RpmPackages packages(file, limits);
  const auto read = read_rpm_bdb(file, packages);
  return std::move(packages).finish(read, file.path());
}

} // namespace portique::inventory
