#pragma once

// Lines of a file, one after the other, in constant memory and without copies.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "portique/base/fd.h"
#include "portique/base/result.h"

namespace portique::access {

struct RawLine {
  std::string_view bytes; ///< without the line feed; valid until the next call
  std::uint64_t offset = 0;
  bool is_ended = true;     ///< a line feed follows
  bool is_too_long = false; ///< longer than kLineBytes: `bytes` is its beginning
};

class LineReader {
public:
  explicit LineReader(base::Fd file) : file_(std::move(file)) {}

  /// Nothing at the end of the file. After the end it may be called again, for a file that grows; a
  /// line that had no line feed yet is then given once more, from its beginning, if `keep_torn` was
  /// set.
  base::Result<std::optional<RawLine>> next(bool keep_torn = false);

private:
  base::Result<bool> fill();
  base::Result<std::optional<RawLine>> skip_long_line();

  base::Fd file_;
  std::string buffer_;
  std::size_t begin_ = 0; ///< of what was not given yet
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0; ///< of buffer_[begin_] in the file
  std::string long_beginning_;
};

} // namespace portique::access
