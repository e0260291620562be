#include "portique/http/stream_buffer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace portique::http {

void StreamBuffer::drop(std::size_t size) {
  begin_ += std::min(size, end_ - begin_);
  if (begin_ == end_) begin_ = end_ = 0;
}

void StreamBuffer::rest() {
  if (!empty()) return;
  memory_.reset();
  capacity_ = 0;
  wanted_ = 4U << 10U;
}

void StreamBuffer::make_room(std::size_t size) {
  if (capacity_ - end_ >= size) return;
  const std::size_t held = end_ - begin_;
  if (capacity_ >= held + size) {
    std::memmove(memory_.get(), memory_.get() + begin_, held);
  } else {
    // Twice, so that what grows byte by byte is not copied each time.
    capacity_ = std::max(held + size, std::min(2 * capacity_, held + largest_));
    auto memory = std::make_unique_for_overwrite<char[]>(capacity_);
    if (held != 0) std::memcpy(memory.get(), memory_.get() + begin_, held);
    memory_ = std::move(memory);
  }
  begin_ = 0;
  end_ = held;
}

boost::asio::awaitable<bool> StreamBuffer::more() {
  make_room(wanted_);
  const std::span<char> room(memory_.get() + end_, wanted_);
  const std::size_t size = co_await stream_.read_some(room);
  end_ += size;
  if (size == wanted_) wanted_ = std::min(2 * wanted_, largest_);
  co_return size != 0;
}

} // namespace portique::http
