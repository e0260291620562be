#pragma once

// Bytes that are read at any place, in any order: memory, or a range of an open file.

#include <cstdint>
#include <span>
#include <string>

#include "portique/base/byte_reader.h"
#include "portique/base/fd.h"
#include "portique/base/result.h"

namespace portique::archive {

/// Borrows what it is made of. Several threads may read from one.
class ByteSource {
public:
  explicit ByteSource(base::Bytes bytes) : bytes_(bytes), size_(bytes.size()) {}

  ByteSource(const base::Fd& file, std::uint64_t offset, std::uint64_t size)
      : file_(&file), offset_(offset), size_(size) {}

  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// Exactly `into.size()` bytes from `offset`; Code::Truncated if the source ends before.
  base::Result<void> read_at(std::uint64_t offset, std::span<std::byte> into) const;

  /// `size` bytes from `offset`: where they lie, if they are in memory; else `buffer` holds them.
  base::Result<base::Bytes>
  view(std::uint64_t offset, std::uint64_t size, std::string& buffer) const;

  /// A part as a source of its own; Code::Truncated if it does not lie inside.
  [[nodiscard]] base::Result<ByteSource> range(std::uint64_t offset, std::uint64_t size) const;

private:
  [[nodiscard]] base::Result<void> check(std::uint64_t offset, std::uint64_t size) const;

  base::Bytes bytes_;
  const base::Fd* file_ = nullptr;
  std::uint64_t offset_ = 0;
  std::uint64_t size_ = 0;
};

} // namespace portique::archive
