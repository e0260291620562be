#include "portique/access/audit/line_reader.h"

#include <cstring>

#include "portique/access/audit/entry_line.h"
#include "portique/base/file.h"

namespace portique::access {

namespace {

constexpr std::size_t kChunk = 256ULL << 10U;

} // namespace

base::Result<bool> LineReader::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() < end_ + kChunk) buffer_.resize(end_ + kChunk);
  const std::size_t count = PQ_TRY(base::read_some(
      file_, std::as_writable_bytes(std::span(buffer_).subspan(end_, buffer_.size() - end_))));
  end_ += count;
  return count > 0;
}

base::Result<std::optional<RawLine>> LineReader::next(bool keep_torn) {
  std::size_t searched = begin_;
  while (true) {
    const void* feed =
        end_ > searched ? std::memchr(buffer_.data() + searched, '\n', end_ - searched) : nullptr;
    if (feed != nullptr) {
      const std::size_t at =
          static_cast<std::size_t>(static_cast<const char*>(feed) - buffer_.data());
      RawLine line{std::string_view(buffer_).substr(begin_, at - begin_), offset_};
      offset_ += at - begin_ + 1;
      begin_ = at + 1;
      return line;
    }
    if (end_ - begin_ > kLineBytes) return skip_long_line();
    const std::size_t pending = end_ - begin_;
    if (!PQ_TRY(fill())) break;
    searched = pending;
  }
  if (begin_ == end_ || keep_torn) return std::nullopt;
  RawLine torn{std::string_view(buffer_).substr(begin_, end_ - begin_), offset_, false};
  offset_ += end_ - begin_;
  begin_ = end_;
  return torn;
}

base::Result<std::optional<RawLine>> LineReader::skip_long_line() {
  RawLine line{{}, offset_, false, true};
  const std::string beginning = buffer_.substr(begin_, 256);
  while (true) {
    const void* feed = std::memchr(buffer_.data() + begin_, '\n', end_ - begin_);
    if (feed != nullptr) {
      const std::size_t at =
          static_cast<std::size_t>(static_cast<const char*>(feed) - buffer_.data());
      offset_ += at - begin_ + 1;
      begin_ = at + 1;
      line.is_ended = true;
      break;
    }
    offset_ += end_ - begin_;
    begin_ = end_;
    if (!PQ_TRY(fill())) break;
  }
  long_beginning_ = beginning;
  line.bytes = long_beginning_;
  return line;
}

} // namespace portique::access
