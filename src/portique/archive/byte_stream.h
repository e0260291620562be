#pragma once

// Bytes that are pulled in pieces: files, memory, decompressors, the content of one tar entry.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "portique/base/byte_reader.h"
#include "portique/base/digest.h"
#include "portique/base/fd.h"
#include "portique/base/result.h"

namespace portique::archive {

/// A forward-only source of bytes. Not thread-safe; one consumer owns it.
class ByteStream {
public:
  ByteStream() = default;
  virtual ~ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  /// The next piece: at least one byte, borrowed until the next call on this stream; empty at the
  /// end. After an error the stream is not used again.
  base::Result<base::Bytes> next();

  /// As next(), but takes off no more than `at_most` bytes (at least 1).
  base::Result<base::Bytes> next(std::uint64_t at_most);

  /// The stream's front without taking it off: at least `count` bytes unless the stream is shorter.
  base::Result<base::Bytes> peek(std::size_t count);

  /// Copies to `into` and returns how many bytes; fewer than its size only at the stream's end.
  base::Result<std::size_t> read(std::span<std::byte> into);

  /// Passes over exactly `count` bytes; Code::Truncated if there are fewer. Streams that can seek
  /// do not read what they pass over.
  base::Result<void> skip(std::uint64_t count);

  /// Passes over `count` bytes, or what there is, and returns how many.
  base::Result<std::uint64_t> skip_up_to(std::uint64_t count);

  /// Reads to the end; Code::LimitExceeded above `limit` bytes.
  base::Result<std::string> read_all(std::uint64_t limit);

  /// Where in an open file the stream's bytes lie one after the other, for streams that hand out a
  /// file as it is, however much was read already. What lies there can be read by offset later, as
  /// long as the file is open.
  struct FileRange {
    const base::Fd* file = nullptr;
    std::uint64_t offset = 0; ///< of the stream's first byte
  };

  [[nodiscard]] virtual std::optional<FileRange> file_range() const { return std::nullopt; }

private:
  virtual base::Result<base::Bytes> read_piece() = 0;
  /// Seeks over up to `count` bytes and returns how many; streams that cannot seek keep this.
  virtual base::Result<std::uint64_t> seek_over(std::uint64_t count);

  base::Bytes pending_; ///< what is left of the last piece
  std::string peeked_;  ///< owns pending_ when peek() had to join pieces
};

/// A range of an open file, read by pread, so that streams over one file do not disturb each other.
/// The file is borrowed. A file that ends inside the range is Code::Truncated.
std::unique_ptr<ByteStream>
file_stream(const base::Fd& file, std::uint64_t offset, std::uint64_t size);

/// An open file or pipe from its current position to its end, owned.
std::unique_ptr<ByteStream> pipe_stream(base::Fd file);

/// Borrowed memory.
std::unique_ptr<ByteStream> memory_stream(base::Bytes bytes);

/// Hands through what `inner` yields and hashes it; at the end of the stream a digest other than
/// `expected` is Code::DigestMismatch, and so is a size other than `expected_size` (0: unknown; a
/// stream that grows beyond it fails at once). An empty `expected` is not compared. The consumer
/// must read to the end for the check to happen.
std::unique_ptr<ByteStream> verified_stream(std::unique_ptr<ByteStream> inner,
                                            base::Digest expected,
                                            std::uint64_t expected_size);

} // namespace portique::archive
