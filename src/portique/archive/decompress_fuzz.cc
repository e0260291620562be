#include <optional>
#include <string>

#include "portique/archive/decompress.h"

namespace {

namespace archive = portique::archive;
namespace base = portique::base;

/// A few bytes at a time, each piece in memory of its own.
class SmallPieces final : public archive::ByteStream {
public:
  explicit SmallPieces(base::Bytes bytes) : bytes_(bytes) {}

private:
  base::Result<base::Bytes> read_piece() override {
    constexpr std::size_t kPiece = 7;
    const base::Bytes front = bytes_.first(std::min(bytes_.size(), kPiece));
    bytes_ = bytes_.subspan(front.size());
    piece_ = std::make_unique<std::string>(base::as_text(front));
    return base::as_bytes(*piece_);
  }

  base::Bytes bytes_;
  std::unique_ptr<std::string> piece_;
};

std::optional<std::string> unpack(std::unique_ptr<archive::ByteStream> compressed) {
  constexpr std::uint64_t kMost = 1U << 20U;
  base::Limits limits;
  limits.layer_bytes = kMost;
  const auto stream = archive::decompress_detected(std::move(compressed), limits);
  if (!stream) return std::nullopt;
  auto content = (*stream)->read_all(kMost);
  if (!content) return std::nullopt;
  return std::move(*content);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::Bytes bytes = std::as_bytes(std::span(data, size));
  const auto whole = unpack(archive::memory_stream(bytes));
  const auto in_pieces = unpack(std::make_unique<SmallPieces>(bytes));
  // How the input comes must not change what comes out. Of broken blocks without content libzstd
  // takes some only whole and some only in pieces.
  const bool lenient = archive::detect_compression(bytes) == archive::Compression::Zstd;
  if (lenient ? whole && in_pieces && *whole != *in_pieces : whole != in_pieces) __builtin_trap();
  return 0;
}
