#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "portique/base/result.h"
#include "portique/inventory/file_content.h"

namespace portique::inventory {

/// The next piece of a file, from the start to the end. Borrows the file.
class FilePieces {
public:
  explicit FilePieces(const FileContent& file) : file_(&file) {}

  /// "" at the end; borrowed until the next call.
  base::Result<std::string_view> next();

private:
  const FileContent* file_;
  std::uint64_t offset_ = 0;
  std::string buffer_;
};

/// The lines of a file that may be larger than memory should hold.
class TextLines {
public:
  /// Of a line longer than `longest` bytes the rest is passed over.
  TextLines(const FileContent& file, std::uint64_t longest) : pieces_(file), longest_(longest) {}

  /// The next line without its end; false if there is none.
  base::Result<bool> next(std::string& line);

  /// Number of the line given last, from 1.
  [[nodiscard]] std::size_t number() const { return number_; }

private:
  FilePieces pieces_;
  std::uint64_t longest_;
  std::string_view rest_;
  std::size_t number_ = 0;
};

} // namespace portique::inventory
