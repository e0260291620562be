#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "portique/archive/byte_source.h"
#include "portique/base/byte_reader.h"
#include "portique/base/fd.h"
#include "portique/base/result.h"

namespace portique::inventory {

/// A file of the image that a cataloger reads: either in memory, or a range of an open file (a
/// large database that was spooled, or a file of a root file system). Borrows what it is made of.
class FileContent {
public:
  FileContent(std::string_view path, base::Bytes bytes) : path_(path), source_(bytes) {}

  FileContent(std::string_view path, const base::Fd& file, std::uint64_t offset, std::uint64_t size)
      : path_(path), source_(file, offset, size) {}

  /// Cleaned path inside the image.
  [[nodiscard]] std::string_view path() const { return path_; }

  [[nodiscard]] std::uint64_t size() const { return source_.size(); }

  [[nodiscard]] const archive::ByteSource& source() const { return source_; }

  /// Exactly `into.size()` bytes from `offset`; Code::Truncated if the file ends before.
  base::Result<void> read_at(std::uint64_t offset, std::span<std::byte> into) const {
    return source_.read_at(offset, into);
  }

  /// All of it in memory; `buffer` owns the bytes if they were not there already.
  base::Result<std::string_view> text(std::string& buffer) const;

private:
  std::string_view path_;
  archive::ByteSource source_;
};

} // namespace portique::inventory
