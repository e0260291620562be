// https://www.gnu.org/software/tar/manual/html_node/Sparse-Formats.html
#include "portique/archive/tar_sparse.h"

#include <string>
#include <string_view>
#include <utility>

#include "portique/base/text.h"

namespace portique::archive {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kNumberBytes = 12;
constexpr std::size_t kRegionBytes = 2 * kNumberBytes;
constexpr std::size_t kHeaderRegions = 386;
constexpr std::size_t kHeaderRegionCount = 4;
constexpr std::size_t kHeaderExtended = 482;
constexpr std::size_t kHeaderRealSize = 483;
constexpr std::size_t kExtensionRegionCount = 21;
constexpr std::size_t kExtensionExtended = 504;

Result<std::uint64_t> sparse_number(std::string_view field) {
  const auto number = parse_tar_number(field);
  if (!number || *number < 0) return fail(Code::Malformed, "the sparse map is not made of numbers");
  return static_cast<std::uint64_t>(*number);
}

/// A region that begins with NUL ends the list.
Result<void> add_regions(std::string_view fields, std::size_t count, SparseMap& map) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view region = fields.substr(i * kRegionBytes, kRegionBytes);
    if (region[0] == '\0') return {};
    const std::uint64_t offset = PQ_TRY(sparse_number(region.substr(0, kNumberBytes)));
    const std::uint64_t length = PQ_TRY(sparse_number(region.substr(kNumberBytes)));
    map.push_back({offset, length});
  }
  return {};
}

} // namespace

Result<OldGnuSparse> read_old_gnu_sparse(TarBlock header, SparseMap& map) {
  const std::string_view block = base::as_text(header);
  PQ_TRY(add_regions(block.substr(kHeaderRegions), kHeaderRegionCount, map));
  return OldGnuSparse{
      .real_size = PQ_TRY(sparse_number(block.substr(kHeaderRealSize, kNumberBytes))),
      .extended = block[kHeaderExtended] != '\0',
  };
}

Result<bool> read_old_gnu_sparse_extension(TarBlock block, SparseMap& map) {
  const std::string_view text = base::as_text(block);
  PQ_TRY(add_regions(text, kExtensionRegionCount, map));
  return text[kExtensionExtended] != '\0';
}

Result<bool> SparseMapText::feed(TarBlock block) {
  constexpr std::size_t kMostDigits = 18; // fits 63 bits
  for (const char c : base::as_text(block)) {
    if (base::is_digit(c) && digits_ < kMostDigits) {
      number_ = number_ * 10 + static_cast<std::uint64_t>(c - '0');
      ++digits_;
      continue;
    }
    if (c != '\n' || digits_ == 0)
      return fail(Code::Malformed, "the sparse map is not made of numbers");
    if (PQ_TRY(add_number(number_))) return true;
    number_ = 0;
    digits_ = 0;
  }
  return false;
}

Result<bool> SparseMapText::add_number(std::uint64_t number) {
  if (!counted_) {
    // The count itself is not believed: the numbers that follow are counted down.
    counted_ = true;
    numbers_left_ = number * 2;
    return numbers_left_ == 0;
  }
  if (numbers_left_ % 2 == 0)
    map_.push_back({number, 0});
  else
    map_.back().length = number;
  --numbers_left_;
  return numbers_left_ == 0;
}

Result<SparseMap> sparse_map_of(const std::vector<std::uint64_t>& numbers) {
  if (numbers.size() % 2 != 0)
    return fail(Code::Malformed, "the sparse map has an offset without a length");
  SparseMap map;
  map.reserve(numbers.size() / 2);
  for (std::size_t i = 0; i < numbers.size(); i += 2)
    map.push_back({numbers[i], numbers[i + 1]});
  return map;
}

void SparseCursor::start(std::uint64_t size) {
  map_.assign(1, {0, size});
  size_ = size;
  position_ = 0;
  region_ = 0;
  advance(0);
}

void SparseCursor::start(SparseMap map, std::uint64_t size) {
  map_ = std::move(map);
  size_ = size;
  position_ = 0;
  region_ = 0;
  advance(0);
}

SparseCursor::Front SparseCursor::front() const {
  if (region_ == map_.size()) return {.length = size_ - position_, .hole = true};
  const SparseRegion& region = map_[region_];
  if (position_ < region.offset) return {.length = region.offset - position_, .hole = true};
  return {.length = region.offset + region.length - position_, .hole = false};
}

void SparseCursor::advance(std::uint64_t count) {
  position_ += count;
  while (region_ < map_.size() && map_[region_].offset + map_[region_].length <= position_)
    ++region_;
}

Result<void> check_sparse_map(const SparseMap& map, std::uint64_t real_size, std::uint64_t stored) {
  std::uint64_t end = 0;
  std::uint64_t sum = 0;
  for (const SparseRegion& region : map) {
    if (region.offset < end || region.offset > real_size ||
        region.length > real_size - region.offset)
      return fail(Code::Malformed,
                  "the sparse map has regions outside of the file or out of order");
    end = region.offset + region.length;
    sum += region.length; // at most real_size
  }
  if (sum != stored)
    return fail(Code::Malformed,
                "the sparse map tells of " + std::to_string(sum) + " stored bytes, but there are " +
                    std::to_string(stored));
  return {};
}

} // namespace portique::archive
