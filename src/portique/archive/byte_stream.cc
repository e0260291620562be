#include "portique/archive/byte_stream.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "portique/base/file.h"

namespace portique::archive {

using base::Bytes;
using base::Code;
using base::fail;
using base::Result;

Result<Bytes> ByteStream::next() {
  if (pending_.empty()) return read_piece();
  return std::exchange(pending_, Bytes{});
}

Result<Bytes> ByteStream::next(std::uint64_t at_most) {
  Bytes piece = PQ_TRY(next());
  if (piece.size() > at_most) {
    pending_ = piece.subspan(at_most);
    piece = piece.first(at_most);
  }
  return piece;
}

Result<Bytes> ByteStream::peek(std::size_t count) {
  if (pending_.size() >= count) return pending_;
  if (pending_.empty()) pending_ = PQ_TRY(read_piece());
  if (pending_.size() >= count || pending_.empty()) return pending_;
  // The front lies in several pieces: join them. pending_ may itself lie in peeked_.
  std::string joined(base::as_text(pending_));
  while (joined.size() < count) {
    const Bytes piece = PQ_TRY(read_piece());
    if (piece.empty()) break;
    joined += base::as_text(piece);
  }
  peeked_ = std::move(joined);
  pending_ = base::as_bytes(peeked_);
  return pending_;
}

Result<std::size_t> ByteStream::read(std::span<std::byte> into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const Bytes piece = PQ_TRY(next(into.size() - filled));
    if (piece.empty()) break;
    std::memcpy(into.data() + filled, piece.data(), piece.size());
    filled += piece.size();
  }
  return filled;
}

Result<void> ByteStream::skip(std::uint64_t count) {
  if (count <= pending_.size()) {
    pending_ = pending_.subspan(count);
    return {};
  }
  if (PQ_TRY(skip_up_to(count)) < count) return fail(Code::Truncated, "the data end early");
  return {};
}

Result<std::uint64_t> ByteStream::skip_up_to(std::uint64_t count) {
  std::uint64_t skipped = std::min<std::uint64_t>(count, pending_.size());
  pending_ = pending_.subspan(skipped);
  if (skipped < count) skipped += PQ_TRY(seek_over(count - skipped));
  while (skipped < count) {
    const Bytes piece = PQ_TRY(next(count - skipped));
    if (piece.empty()) break;
    skipped += piece.size();
  }
  return skipped;
}

Result<std::string> ByteStream::read_all(std::uint64_t limit) {
  std::string content;
  while (true) {
    const Bytes piece = PQ_TRY(next());
    if (piece.empty()) return content;
    if (piece.size() > limit - content.size())
      return fail(Code::LimitExceeded,
                  "content is larger than " + std::to_string(limit) + " bytes");
    content += base::as_text(piece);
  }
}

Result<std::uint64_t> ByteStream::seek_over(std::uint64_t) {
  return 0;
}

namespace {

/// Large enough that system calls do not matter, small enough to stay in the second-level cache
/// beside a decoder's output: with four times as much, the copy out of the kernel's cache alone
/// takes three times as long.
constexpr std::size_t kLargestRead = 64UL * 1024;
/// After a seek a header is wanted, and often what lies behind it is a short file.
constexpr std::size_t kReadAfterSeek = 4UL * 1024;

/// Reads little after a seek and ever more while nothing is passed over, so that a walk over the
/// headers of an archive touches little of it and reading through is done in large pieces.
class FileStream final : public ByteStream {
public:
  FileStream(const base::Fd& file, std::uint64_t offset, std::uint64_t size)
      : file_(&file), start_(offset), offset_(offset), left_(size) {}

  [[nodiscard]] std::optional<FileRange> file_range() const override {
    return FileRange{file_, start_};
  }

private:
  Result<Bytes> read_piece() override {
    const std::size_t count = std::min<std::uint64_t>(left_, read_size_);
    if (count == 0) return Bytes{};
    if (buffer_.size() < count) buffer_.resize(count);
    const std::span<std::byte> into = std::span(buffer_).first(count);
    PQ_TRY(base::read_exact_at(*file_, offset_, into));
    offset_ += count;
    left_ -= count;
    read_size_ = std::min(read_size_ * 2, kLargestRead);
    return Bytes(into);
  }

  Result<std::uint64_t> seek_over(std::uint64_t count) override {
    const std::uint64_t passed = std::min(count, left_);
    offset_ += passed;
    left_ -= passed;
    read_size_ = kReadAfterSeek;
    return passed;
  }

  const base::Fd* file_;
  std::uint64_t start_;
  std::uint64_t offset_;
  std::uint64_t left_;
  std::size_t read_size_ = kReadAfterSeek;
  std::vector<std::byte> buffer_;
};

class PipeStream final : public ByteStream {
public:
  explicit PipeStream(base::Fd file) : file_(std::move(file)), buffer_(kLargestRead) {}

private:
  Result<Bytes> read_piece() override {
    const std::size_t count = PQ_TRY(base::read_some(file_, buffer_));
    return Bytes(buffer_).first(count);
  }

  base::Fd file_;
  std::vector<std::byte> buffer_;
};

class MemoryStream final : public ByteStream {
public:
  explicit MemoryStream(Bytes bytes) : bytes_(bytes) {}

private:
  Result<Bytes> read_piece() override { return std::exchange(bytes_, Bytes{}); }

  Result<std::uint64_t> seek_over(std::uint64_t count) override {
    const std::uint64_t passed = std::min<std::uint64_t>(count, bytes_.size());
    bytes_ = bytes_.subspan(passed);
    return passed;
  }

  Bytes bytes_;
};

class VerifiedStream final : public ByteStream {
public:
  VerifiedStream(std::unique_ptr<ByteStream> inner,
                 base::Digest expected,
                 std::uint64_t expected_size)
      : inner_(std::move(inner)), expected_(std::move(expected)), expected_size_(expected_size) {
    if (!expected_.empty()) hasher_.emplace(expected_.algorithm());
  }

private:
  Result<Bytes> read_piece() override {
    if (ended_) return Bytes{};
    const Bytes piece = PQ_TRY(inner_->next());
    if (piece.empty()) {
      ended_ = true;
      PQ_TRY(check_end());
      return piece;
    }
    size_ += piece.size();
    if (expected_size_ != 0 && size_ > expected_size_)
      return fail(Code::DigestMismatch,
                  "content is larger than the " + std::to_string(expected_size_) +
                      " bytes that were announced");
    if (hasher_) hasher_->update(piece);
    return piece;
  }

  Result<void> check_end() {
    if (expected_size_ != 0 && size_ != expected_size_)
      return fail(Code::DigestMismatch,
                  "content has " + std::to_string(size_) + " bytes, but " +
                      std::to_string(expected_size_) + " were announced");
    if (!hasher_) return {};
    const base::Digest seen = hasher_->finish();
    if (seen != expected_)
      return fail(Code::DigestMismatch,
                  "content should have the digest " + expected_.text() + " but has " + seen.text());
    return {};
  }

  std::unique_ptr<ByteStream> inner_;
  base::Digest expected_;
  std::uint64_t expected_size_;
  std::uint64_t size_ = 0;
  std::optional<base::Hasher> hasher_;
  bool ended_ = false;
};

} // namespace

std::unique_ptr<ByteStream>
file_stream(const base::Fd& file, std::uint64_t offset, std::uint64_t size) {
  return std::make_unique<FileStream>(file, offset, size);
}

std::unique_ptr<ByteStream> pipe_stream(base::Fd file) {
  return std::make_unique<PipeStream>(std::move(file));
}

std::unique_ptr<ByteStream> memory_stream(Bytes bytes) {
  return std::make_unique<MemoryStream>(bytes);
}

std::unique_ptr<ByteStream> verified_stream(std::unique_ptr<ByteStream> inner,
                                            base::Digest expected,
                                            std::uint64_t expected_size) {
  return std::make_unique<VerifiedStream>(std::move(inner), std::move(expected), expected_size);
}

} // namespace portique::archive
