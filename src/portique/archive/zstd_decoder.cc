#include "portique/archive/zstd_decoder.h"

#include <string>

#include <zstd.h>
#include <zstd_errors.h>

namespace portique::archive {

using base::Bytes;
using base::Code;
using base::fail;
using base::Result;

namespace {

/// `zstd --long` uses 2^27; more must be asked for explicitly with zstd(1), too.
constexpr int kWindowBits = 27;

class ZstdDecoder final : public Decoder {
public:
  ZstdDecoder() : context_(ZSTD_createDCtx()) {
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kWindowBits);
  }

  Result<Step> step(Bytes in, std::span<std::byte> out) override {
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    const std::size_t hint = ZSTD_decompressStream(context_.get(), &output, &input);
    if (ZSTD_isError(hint) != 0) return failure(ZSTD_getErrorCode(hint));
    return Step{.consumed = input.pos, .produced = output.pos, .member_ended = hint == 0};
  }

  bool start_member(Bytes head) override {
    base::ByteReader reader(head);
    const auto magic = reader.le<std::uint32_t>();
    // Fewer than four bytes: if they are not zeros, the decoder says what they are.
    if (!magic) return head[0] != std::byte{0};
    return *magic == ZSTD_MAGICNUMBER ||
           (*magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
  }

  [[nodiscard]] std::string_view name() const override { return "zstd"; }

private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };

  static std::unexpected<base::Error> failure(ZSTD_ErrorCode error) {
    switch (error) {
    case ZSTD_error_frameParameter_windowTooLarge:
      return fail(Code::LimitExceeded, "the window is larger than 128 MiB");
    case ZSTD_error_memory_allocation:
      return fail(Code::LimitExceeded, "there is not enough memory for the window");
    case ZSTD_error_checksum_wrong:
      return fail(Code::Malformed, "the checksum does not match the data");
    case ZSTD_error_dictionary_wrong:
      return fail(Code::Unsupported, "a dictionary is asked for");
    default:
      return fail(Code::Malformed,
                  std::string("the data are corrupt: ") + ZSTD_getErrorString(error));
    }
  }

  std::unique_ptr<ZSTD_DCtx, Free> context_;
};

} // namespace

std::unique_ptr<Decoder> zstd_decoder() {
  return std::make_unique<ZstdDecoder>();
}

} // namespace portique::archive
