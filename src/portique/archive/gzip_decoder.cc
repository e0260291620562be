#include "portique/archive/gzip_decoder.h"

#include <algorithm>
#include <limits>

#include <isa-l/igzip_lib.h>

namespace portique::archive {

using base::Bytes;
using base::Code;
using base::fail;
using base::Result;

namespace {

class GzipDecoder final : public Decoder {
public:
  GzipDecoder() {
    isal_inflate_init(&state_);
    begin_member();
  }

  Result<Step> step(Bytes in, std::span<std::byte> out) override {
    constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max();
    const auto offered = static_cast<std::uint32_t>(std::min(in.size(), kMost));
    const auto room = static_cast<std::uint32_t>(std::min(out.size(), kMost));
    // ISA-L does not write to its input; its C interface does not say so.
    state_.next_in = reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(in.data()));
    state_.avail_in = offered;
    state_.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    state_.avail_out = room;
    int status = ISAL_DECOMP_OK;
    if (in_header_) {
      status = isal_read_gzip_header(&state_, &header_);
      in_header_ = status == ISAL_END_INPUT;
    }
    if (!in_header_ && status == ISAL_DECOMP_OK) status = isal_inflate(&state_);
    if (status < 0) return failure(status);
    // ISA-L gives back what it read ahead; never more than it was given.
    if (state_.avail_in > offered) return fail(Code::Malformed, "the data are corrupt");
    return Step{.consumed = offered - state_.avail_in,
                .produced = room - state_.avail_out,
                .member_ended = state_.block_state == ISAL_BLOCK_FINISH};
  }

  bool start_member(Bytes head) override {
    // One byte alone is the beginning of a member that ends early.
    constexpr std::byte kMagic[] = {std::byte{0x1f}, std::byte{0x8b}};
    const std::size_t seen = std::min(head.size(), std::size(kMagic));
    if (!std::ranges::equal(head.first(seen), std::span(kMagic).first(seen))) return false;
    isal_inflate_reset(&state_);
    begin_member();
    return true;
  }

  [[nodiscard]] std::string_view name() const override { return "gzip"; }

private:
  /// The header is read apart: isal_inflate() forgets the header's flags when the input ends
  /// inside of it, and goes on with whatever lies on the stack.
  void begin_member() {
    state_.crc_flag = ISAL_GZIP_NO_HDR_VER;
    header_ = {};
    in_header_ = true;
  }

  static std::unexpected<base::Error> failure(int status) {
    switch (status) {
    case ISAL_INVALID_WRAPPER:
      return fail(Code::Malformed, "the header is not one of gzip");
    case ISAL_UNSUPPORTED_METHOD:
      return fail(Code::Unsupported, "the compression method is not deflate");
    case ISAL_INCORRECT_CHECKSUM:
      return fail(Code::Malformed, "the checksum does not match the data");
    default:
      return fail(Code::Malformed, "the data are corrupt");
    }
  }

  inflate_state state_;
  isal_gzip_header header_; ///< without buffers: names and comments are passed over
  bool in_header_ = true;
};

} // namespace

std::unique_ptr<Decoder> gzip_decoder() {
  return std::make_unique<GzipDecoder>();
}

} // namespace portique::archive
