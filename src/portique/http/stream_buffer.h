#pragma once

// Bytes of a stream that came and were not used yet. Includes Boost.Asio.

#include <cstddef>
#include <memory>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "portique/http/stream.h"

namespace portique::http {

class StreamBuffer {
public:
  /// The stream must outlive the buffer. No read asks for more than `largest` bytes: it grows from
  /// little as long as the stream fills it.
  explicit StreamBuffer(Stream& stream, std::size_t largest = 16U << 10U)
      : stream_(stream), largest_(largest) {}

  /// Valid until the next call of anything else.
  [[nodiscard]] std::string_view bytes() const { return {memory_.get() + begin_, end_ - begin_}; }

  [[nodiscard]] bool empty() const { return begin_ == end_; }

  void drop(std::size_t size);

  /// Reads further bytes behind those that are there; false at the end of the stream.
  boost::asio::awaitable<bool> more();

  /// Gives the memory back if nothing is in it.
  void rest();

private:
  void make_room(std::size_t size);

  Stream& stream_;
  std::size_t largest_;
  std::size_t wanted_ = 4U << 10U;
  std::unique_ptr<char[]> memory_; // NOLINT(*-avoid-c-arrays): a string would be zeroed first
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

} // namespace portique::http
