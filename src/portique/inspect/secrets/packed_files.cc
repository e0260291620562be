#include "portique/inspect/secrets/packed_files.h"

#include <algorithm>
#include <string>

#include "portique/archive/decompress.h"
#include "portique/archive/tar_reader.h"
#include "portique/archive/zip_reader.h"
#include "portique/base/text.h"

namespace portique::inspect {

namespace {

using base::Code;
using base::fail;
using base::Result;

constexpr const char* kTooMuch = "it unpacks to more than is searched";

/// Where "ustar" stands in the first header of a tar archive.
constexpr std::size_t kTarMagic = 257;

class Unpacker {
public:
  Unpacker(const PackedLimits& limits, std::uint64_t& unpacked_left, PackedFileSink& sink)
      : limits_(&limits), left_(&unpacked_left), sink_(&sink) {}

  Result<void> gzip(base::Bytes archive) {
    base::Limits limits;
    limits.layer_bytes = std::min(limits_->unpacked_bytes, *left_);
    limits.expansion_ratio = limits_->expansion_ratio;
    limits.expansion_free_bytes = limits_->expansion_free_bytes;
    limits.layer_entries = limits_->files;
    const auto stream = PQ_TRY(
        archive::decompress(archive::memory_stream(archive), archive::Compression::Gzip, limits));
    const base::Bytes front = PQ_TRY(stream->peek(kTarMagic + 5));
    const std::string_view text = base::as_text(front);
    if (text.size() >= kTarMagic + 5 && text.substr(kTarMagic, 5) == "ustar")
      return tar(*stream, limits);
    const bool wanted = sink_->begin({}, front);
    Result<void> read;
    while (wanted && read) {
      const auto piece = stream->next();
      if (!piece) read = std::unexpected(piece.error());
      if (!piece || piece->empty()) break;
      read = take(*piece);
    }
    if (wanted) sink_->end();
    return read;
  }

  Result<void> zip(base::Bytes archive) {
    const std::uint64_t by_ratio =
        std::max(limits_->expansion_free_bytes, archive.size() * limits_->expansion_ratio);
    const archive::ZipLimits limits{.entries = limits_->files,
                                    .directory_bytes = limits_->directory_bytes,
                                    .unpacked_bytes = std::min(by_ratio, limits_->unpacked_bytes)};
    const auto reader = PQ_TRY(archive::ZipReader::open(archive::ByteSource(archive), limits));
    std::string content;
    Result<void> result;
    for (const archive::ZipEntry& entry : reader.entries()) {
      if (entry.size == 0) continue;
      // What is wrong with one file does not keep the others from being looked at.
      const auto read = reader.read(entry, std::min(limits_->zip_file_bytes, *left_), content);
      if (!read) {
        if (result || read.error().code() == Code::LimitExceeded) result = read;
        continue;
      }
      *left_ -= content.size();
      const base::Bytes bytes = base::as_bytes(content);
      if (!sink_->begin(entry.name, bytes)) continue;
      sink_->content(bytes);
      sink_->end();
    }
    return result;
  }

private:
  Result<void> tar(archive::ByteStream& stream, const base::Limits& limits) {
    archive::TarReader reader(stream, limits);
    while (const archive::TarEntry* entry = PQ_TRY(reader.next())) {
      if (entry->type != archive::EntryType::File || entry->size == 0) continue;
      const std::string name = entry->path;
      base::Bytes piece = PQ_TRY(reader.content());
      const bool wanted = !piece.empty() && sink_->begin(name, piece);
      Result<void> read;
      while (wanted && !piece.empty()) {
        read = take(piece);
        if (!read) break;
        const auto next = reader.content();
        if (!next) {
          read = std::unexpected(next.error());
          break;
        }
        piece = *next;
      }
      if (wanted) sink_->end();
      PQ_TRY(read);
    }
    return {};
  }

  Result<void> take(base::Bytes piece) {
    if (piece.size() > *left_) {
      *left_ = 0;
      return fail(Code::LimitExceeded, kTooMuch);
    }
    *left_ -= piece.size();
    sink_->content(piece);
    return {};
  }

  const PackedLimits* limits_;
  std::uint64_t* left_;
  PackedFileSink* sink_;
};

} // namespace

Result<void> for_each_packed_file(ContentForm kind,
                                  base::Bytes archive,
                                  const PackedLimits& limits,
                                  std::uint64_t& unpacked_left,
                                  PackedFileSink& sink) {
  Unpacker unpacker(limits, unpacked_left, sink);
  if (unpacked_left == 0) return fail(Code::LimitExceeded, kTooMuch);
  return kind == ContentForm::Zip ? unpacker.zip(archive) : unpacker.gzip(archive);
}

} // namespace portique::inspect
