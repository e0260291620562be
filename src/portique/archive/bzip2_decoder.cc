#include "portique/archive/bzip2_decoder.h"

#include <algorithm>
#include <limits>

#include <bzlib.h>

namespace portique::archive {

using base::Bytes;
using base::Code;
using base::fail;
using base::Result;

namespace {

class Bzip2Decoder final : public Decoder {
public:
  Bzip2Decoder() = default;

  ~Bzip2Decoder() override { close(); }

  bool open() {
    stream_ = {};
    open_ = BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK;
    return open_;
  }

  Result<Step> step(Bytes in, std::span<std::byte> out) override {
    if (!open_) return fail(Code::LimitExceeded, "there is not enough memory for bzip2");
    constexpr std::size_t kMost = std::numeric_limits<unsigned int>::max();
    const auto offered = static_cast<unsigned int>(std::min(in.size(), kMost));
    const auto room = static_cast<unsigned int>(std::min(out.size(), kMost));
    // libbz2 does not write to its input; its C interface does not say so.
    stream_.next_in = reinterpret_cast<char*>(const_cast<std::byte*>(in.data()));
    stream_.avail_in = offered;
    stream_.next_out = reinterpret_cast<char*>(out.data());
    stream_.avail_out = room;
    const int status = BZ2_bzDecompress(&stream_);
    switch (status) {
    case BZ_OK:
    case BZ_STREAM_END:
      return Step{.consumed = offered - stream_.avail_in,
                  .produced = room - stream_.avail_out,
                  .member_ended = status == BZ_STREAM_END};
    case BZ_MEM_ERROR:
      return fail(Code::LimitExceeded, "there is not enough memory for bzip2");
    case BZ_DATA_ERROR_MAGIC:
      return fail(Code::Malformed, "the header is not one of bzip2");
    default:
      return fail(Code::Malformed, "the data are corrupt");
    }
  }

  bool start_member(Bytes head) override {
    if (head[0] != std::byte{'B'}) return false;
    close();
    open(); // if it fails, step() says so
    return true;
  }

  [[nodiscard]] std::string_view name() const override { return "bzip2"; }

private:
  void close() {
    if (open_) BZ2_bzDecompressEnd(&stream_);
    open_ = false;
  }

  bz_stream stream_{};
  bool open_ = false;
};

} // namespace

Result<std::unique_ptr<Decoder>> bzip2_decoder() {
  auto decoder = std::make_unique<Bzip2Decoder>();
  if (!decoder->open()) return fail(Code::LimitExceeded, "there is not enough memory for bzip2");
  return decoder;
}

} // namespace portique::archive
