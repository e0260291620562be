#include "portique/archive/lzma_decoder.h"

#include <lzma.h>

namespace portique::archive {

using base::Bytes;
using base::Code;
using base::fail;
using base::Result;

namespace {

/// xz -9 has a dictionary of 64 MiB, and the decoder needs little beside it.
constexpr std::uint64_t kMemoryBytes = 80ULL << 20U;

/// liblzma itself goes over several streams and the padding between them, whose rules (multiples of
/// four zeros) are its own, so the whole input is one member.
class LzmaDecoder final : public Decoder {
public:
  LzmaDecoder() = default;

  ~LzmaDecoder() override { lzma_end(&stream_); }

  Result<void> open() {
    if (lzma_stream_decoder(&stream_, kMemoryBytes, LZMA_CONCATENATED) != LZMA_OK)
      return fail(Code::LimitExceeded, "there is not enough memory for xz");
    return {};
  }

  Result<Step> step(Bytes in, std::span<std::byte> out) override {
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    stream_.avail_in = in.size();
    stream_.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    stream_.avail_out = out.size();
    const lzma_ret status = lzma_code(&stream_, in.empty() ? LZMA_FINISH : LZMA_RUN);
    switch (status) {
    case LZMA_OK:
    case LZMA_BUF_ERROR: // no progress was possible, which the caller sees
    case LZMA_STREAM_END:
      return Step{.consumed = in.size() - stream_.avail_in,
                  .produced = out.size() - stream_.avail_out,
                  .member_ended = status == LZMA_STREAM_END};
    case LZMA_MEM_ERROR:
    case LZMA_MEMLIMIT_ERROR:
      return fail(Code::LimitExceeded, "the dictionary is larger than 64 MiB");
    case LZMA_OPTIONS_ERROR:
      return fail(Code::Unsupported, "the filters are not known");
    case LZMA_FORMAT_ERROR:
      return fail(Code::Malformed, "the header is not one of xz");
    default:
      return fail(Code::Malformed, "the data are corrupt");
    }
  }

  bool start_member(Bytes) override { return false; }

  [[nodiscard]] std::string_view name() const override { return "xz"; }

private:
  lzma_stream stream_ = LZMA_STREAM_INIT;
};

} // namespace

Result<std::unique_ptr<Decoder>> lzma_decoder() {
  auto decoder = std::make_unique<LzmaDecoder>();
  PQ_TRY(decoder->open());
  return decoder;
}

} // namespace portique::archive
