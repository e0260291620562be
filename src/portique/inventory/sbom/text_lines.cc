#include "portique/inventory/sbom/text_lines.h"

#include <algorithm>
#include <span>

namespace portique::inventory {

using base::Result;

Result<std::string_view> FilePieces::next() {
  constexpr std::uint64_t kPieceBytes = 256ULL << 10U;
  const std::uint64_t size = std::min(kPieceBytes, file_->size() - offset_);
  buffer_.resize(size);
  PQ_TRY(file_->read_at(offset_, std::as_writable_bytes(std::span(buffer_))));
  offset_ += size;
  return std::string_view(buffer_);
}

Result<bool> TextLines::next(std::string& line) {
  line.clear();
  bool any = false;
  while (true) {
    if (rest_.empty()) {
      rest_ = PQ_TRY(pieces_.next());
      if (rest_.empty()) {
        if (any) ++number_;
        return any;
      }
    }
    any = true;
    const std::size_t end = rest_.find('\n');
    const std::string_view part = rest_.substr(0, end);
    if (line.size() < longest_) line += part.substr(0, longest_ - line.size());
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (end == std::string_view::npos) continue;
    ++number_;
    return true;
  }
}

} // namespace portique::inventory
