#include "portique/archive/decoder.h"

#include <algorithm>
#include <string>
#include <utility>

#include "portique/archive/decompress.h"

namespace portique::archive {

using base::Bytes;
using base::Code;
using base::fail;
using base::Result;

namespace {

/// The input, the output and a decoder's window together should stay in the caches; larger pieces
/// were measured to be slower, smaller ones make ISA-L copy its window more often.
constexpr std::size_t kOutputBytes = 256UL * 1024;

/// The longest frame header of zstd. libzstd, given a header in parts, takes a later part that
/// begins with the magic number of one of its retired formats for a frame of that format.
constexpr std::size_t kMemberHeadBytes = 18;

class DecoderStream final : public ByteStream {
public:
  DecoderStream(std::unique_ptr<ByteStream> compressed,
                std::unique_ptr<Decoder> decoder,
                const base::Limits& limits)
      : compressed_(std::move(compressed)), decoder_(std::move(decoder)),
        limit_(limits.layer_bytes), ratio_(limits.expansion_ratio),
        free_(limits.expansion_free_bytes) {}

private:
  Result<Bytes> read_piece() override {
    auto piece = decode_piece();
    if (!piece && !input_failed_)
      return std::unexpected(std::move(piece).error().at(std::string(decoder_->name()) +
                                                         " data near compressed byte " +
                                                         std::to_string(consumed_)));
    return piece;
  }

  Result<Bytes> decode_piece() {
    while (true) {
      if (between_members_ && !PQ_TRY(next_member())) return Bytes{};
      const Bytes in = PQ_TRY(front(at_member_head_ ? kMemberHeadBytes : 1));
      const Decoder::Step step = PQ_TRY(decoder_->step(in, output_));
      at_member_head_ = step.member_ended;
      PQ_TRY(compressed_->skip(step.consumed));
      consumed_ += step.consumed;
      produced_ += step.produced;
      PQ_TRY(check_expansion());
      between_members_ = step.member_ended;
      if (step.produced > 0) return Bytes(output_).first(step.produced);
      if (step.consumed == 0 && !step.member_ended) {
        if (in.empty()) return fail(Code::Truncated, "the data end early");
        return fail(Code::Malformed, "the data cannot be decoded");
      }
    }
  }

  /// The input's front; an error of the input is not blamed on the format.
  Result<Bytes> front(std::size_t count) {
    auto bytes = compressed_->peek(count);
    input_failed_ = !bytes;
    return bytes;
  }

  /// False at the end of the input, zeros before it being padding.
  Result<bool> next_member() {
    const Bytes head = PQ_TRY(front(kDetectBytes));
    if (!head.empty() && decoder_->start_member(head.first(std::min(head.size(), kDetectBytes)))) {
      between_members_ = false;
      return true;
    }
    while (true) {
      const Bytes rest = PQ_TRY(front(1));
      if (rest.empty()) return false;
      if (!std::ranges::all_of(rest, [](std::byte b) { return b == std::byte{0}; }))
        return fail(Code::Malformed, "something else follows the compressed data");
      consumed_ += rest.size();
      PQ_TRY(compressed_->skip(rest.size()));
    }
  }

  Result<void> check_expansion() const {
    if (produced_ > limit_)
      return fail(Code::LimitExceeded, "unpacks to more than " + std::to_string(limit_) + " bytes");
    if (produced_ > free_ && produced_ > consumed_ * ratio_)
      return fail(Code::LimitExceeded,
                  "unpacks to more than " + std::to_string(ratio_) + " times its size");
    return {};
  }

  std::unique_ptr<ByteStream> compressed_;
  std::unique_ptr<Decoder> decoder_;
  std::uint64_t limit_;
  std::uint64_t ratio_;
  std::uint64_t free_;
  std::unique_ptr<std::byte[]> buffer_ = std::make_unique_for_overwrite<std::byte[]>(kOutputBytes);
  std::span<std::byte> output_{buffer_.get(), kOutputBytes};
  std::uint64_t consumed_ = 0;
  std::uint64_t produced_ = 0;
  bool at_member_head_ = true;
  bool between_members_ = false;
  bool input_failed_ = false;
};

} // namespace

std::unique_ptr<ByteStream> decoder_stream(std::unique_ptr<ByteStream> compressed,
                                           std::unique_ptr<Decoder> decoder,
                                           const base::Limits& limits) {
  return std::make_unique<DecoderStream>(std::move(compressed), std::move(decoder), limits);
}

} // namespace portique::archive
