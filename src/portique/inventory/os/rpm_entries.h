#pragma once

// The index of an rpm header: which value of which type stands where. Format as in rpm_header.cc.

#include <concepts>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include "portique/base/byte_reader.h"
#include "portique/base/result.h"
#include "portique/base/text.h"

namespace portique::inventory::rpm {

enum Type : std::uint32_t {
  kChar = 1,
  kInt8 = 2,
  kInt16 = 3,
  kInt32 = 4,
  kInt64 = 5,
  kString = 6,
  kStringArray = 8,
  kI18nString = 9
};

inline constexpr std::size_t kEntryBytes = 16;
/// What rpm itself takes as the most that can be.
inline constexpr std::uint32_t kMostEntries = 0xffff;

struct Entry {
  std::uint32_t tag = 0;
  std::uint32_t type = 0;
  std::uint32_t offset = 0;
  std::uint32_t count = 0; ///< of values; 0: there is no such entry
};

/// The text at an offset of the data, which must end inside it.
inline base::Result<std::string_view> text_at(base::Bytes data, std::uint32_t offset) {
  if (offset >= data.size())
    return base::fail(base::Code::Malformed, "a tag lies outside of the header");
  const std::string_view rest = base::as_text(data.subspan(offset));
  const std::size_t end = rest.find('\0');
  if (end == std::string_view::npos)
    return base::fail(base::Code::Malformed, "a text of the header has no end");
  return rest.substr(0, end);
}

/// Calls `visit(entry, data)` with every entry of the index, and the bytes that it points into.
template <typename Visit> base::Result<void> for_each_entry(base::Bytes header, Visit visit) {
  base::ByteReader reader(header);
  const auto entries = PQ_TRY(reader.be<std::uint32_t>());
  const auto data_bytes = PQ_TRY(reader.be<std::uint32_t>());
  if (entries == 0 || entries > kMostEntries)
    return base::fail(base::Code::Malformed,
                      fmt::format("the header says that it has {} entries", entries));
  base::ByteReader index(PQ_TRY(reader.take(entries * kEntryBytes)));
  const base::Bytes data = PQ_TRY(reader.take(data_bytes));
  while (!index.at_end()) {
    Entry entry;
    entry.tag = PQ_TRY(index.be<std::uint32_t>());
    entry.type = PQ_TRY(index.be<std::uint32_t>());
    entry.offset = PQ_TRY(index.be<std::uint32_t>());
    entry.count = PQ_TRY(index.be<std::uint32_t>());
    PQ_TRY(visit(entry, data));
  }
  return {};
}

/// Calls `visit(text)` with each text of an array.
template <typename Visit>
base::Result<void> for_each_text(const Entry& entry, base::Bytes data, Visit visit) {
  if (entry.count != 0 && entry.type != kStringArray)
    return base::fail(base::Code::Malformed, fmt::format("tag {} is no list of texts", entry.tag));
  std::uint64_t offset = entry.offset;
  for (std::uint32_t i = 0; i < entry.count; ++i) {
    if (offset >= data.size())
      return base::fail(base::Code::Malformed, "a tag lies outside of the header");
    const auto text = PQ_TRY(text_at(data, static_cast<std::uint32_t>(offset)));
    offset += text.size() + 1;
    PQ_TRY(visit(text));
  }
  return {};
}

/// Number `index` of a list of numbers.
template <std::unsigned_integral T>
base::Result<T> number_at(const Entry& entry, Type type, base::Bytes data, std::uint32_t index) {
  if (entry.type != type || index >= entry.count)
    return base::fail(base::Code::Malformed,
                      fmt::format("tag {} has no number {}", entry.tag, index));
  base::ByteReader at(data);
  PQ_TRY(at.seek(entry.offset + std::uint64_t{index} * sizeof(T)));
  return at.be<T>();
}

} // namespace portique::inventory::rpm
