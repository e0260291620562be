#include "portique/archive/decompress.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "portique/archive/bzip2_decoder.h"
#include "portique/archive/decoder.h"
#include "portique/archive/gzip_decoder.h"
#include "portique/archive/lzma_decoder.h"
#include "portique/archive/zstd_decoder.h"

namespace portique::archive {

using base::Bytes;
using base::Limits;
using base::Result;

std::string_view compression_name(Compression compression) {
  switch (compression) {
  case Compression::None:
    return "none";
  case Compression::Gzip:
    return "gzip";
  case Compression::Zstd:
    return "zstd";
  case Compression::Xz:
    return "xz";
  case Compression::Bzip2:
    return "bzip2";
  }
  return "none";
}

Compression detect_compression(Bytes head) {
  const std::string_view front = base::as_text(head);
  if (front.starts_with("\x1f\x8b")) return Compression::Gzip;
  if (front.starts_with("\x28\xb5\x2f\xfd")) return Compression::Zstd;
  // A zstd stream may begin with a skippable frame: 0x184D2A50 to 0x184D2A5F.
  if (front.size() >= 4 && (front[0] & 0xf0) == 0x50 && front.substr(1, 3) == "\x2a\x4d\x18")
    return Compression::Zstd;
  if (front.starts_with(std::string_view("\xfd"
                                         "7zXZ\0",
                                         6)))
    return Compression::Xz;
  // "BZh9" alone might be a file name at the start of a tar: the first block's magic is asked, too.
  if (front.size() >= kDetectBytes && front.starts_with("BZh") && front[3] >= '1' &&
      front[3] <= '9' && (front.substr(4, 2) == "1A" || front.substr(4, 2) == "\x17\x72"))
    return Compression::Bzip2;
  return Compression::None;
}

Result<std::unique_ptr<ByteStream>>
decompress(std::unique_ptr<ByteStream> compressed, Compression compression, const Limits& limits) {
  std::unique_ptr<Decoder> decoder;
  switch (compression) {
  case Compression::None:
    return compressed;
  case Compression::Gzip:
    decoder = gzip_decoder();
    break;
  case Compression::Zstd:
    decoder = zstd_decoder();
    break;
  case Compression::Xz:
    decoder = PQ_TRY(lzma_decoder());
    break;
  case Compression::Bzip2:
    decoder = PQ_TRY(bzip2_decoder());
    break;
  }
  return decoder_stream(std::move(compressed), std::move(decoder), limits);
}

Result<std::unique_ptr<ByteStream>> decompress_detected(std::unique_ptr<ByteStream> stream,
                                                        const Limits& limits) {
  const Compression compression = detect_compression(PQ_TRY(stream->peek(kDetectBytes)));
  return decompress(std::move(stream), compression, limits);
}

} // namespace portique::archive
