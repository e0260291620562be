#include "portique/image/image_source.h"

#include "portique/archive/decompress.h"
#include "portique/image/docker_archive.h"
#include "portique/image/oci_layout.h"

namespace portique::image {

base::Result<DescribedImage>
describe_image(BlobStore& store, const Selection& selection, const base::Limits& limits) {
  // docker save of Docker 25 and later is both; manifest.json has the tags, index.json the digests.
  auto oci = store.open("index.json");
  if (oci) {
    const std::string index =
        PQ_TRY(base::at("index.json", (*oci)->read_all(limits.manifest_bytes)));
    return describe_oci_layout(store, index, selection, limits);
  }
  if (oci.error().code() != base::Code::NotFound) return std::unexpected(oci.error());
  auto saved = store.open("manifest.json");
  if (saved) {
    const std::string manifest =
        PQ_TRY(base::at("manifest.json", (*saved)->read_all(limits.manifest_bytes)));
    return describe_docker_archive(store, manifest, selection, limits);
  }
  if (saved.error().code() != base::Code::NotFound) return std::unexpected(saved.error());
  return base::fail(base::Code::Malformed,
                    "not a container image: it has neither index.json nor manifest.json");
}

namespace {

/// A decompressed layer. Where decompression fails, the digest of what was to be decompressed says
/// whether the layer is broken or is not the layer at all.
class DecompressedLayer final : public archive::ByteStream {
public:
  /// `stored` is what `tar` owns and reads.
  DecompressedLayer(std::unique_ptr<archive::ByteStream> tar, archive::ByteStream& stored)
      : tar_(std::move(tar)), stored_(&stored) {}

private:
  base::Result<base::Bytes> read_piece() override {
    auto piece = tar_->next();
    if (piece || piece.error().code() != base::Code::Malformed) return piece;
    while (true) {
      const auto rest = stored_->next();
      if (!rest && rest.error().code() == base::Code::DigestMismatch)
        return std::unexpected(rest.error());
      if (!rest || rest->empty()) return piece;
    }
  }

  std::unique_ptr<archive::ByteStream> tar_;
  archive::ByteStream* stored_;
};

} // namespace

base::Result<OpenLayer>
open_layer(BlobStore& store, const StoredLayer& layer, const base::Limits& limits) {
  auto stored = PQ_TRY(store.open(layer.blob));
  const auto head = PQ_TRY(stored->peek(6));
  const archive::Compression compression = archive::detect_compression(head);
  const bool plain = compression == archive::Compression::None;
  const bool verified = !layer.digest.empty() && !(plain && stored->file_range());
  if (verified) stored = archive::verified_stream(std::move(stored), layer.digest, layer.size);
  if (plain) return OpenLayer{std::move(stored), verified};
  archive::ByteStream& verified_bytes = *stored;
  auto tar = PQ_TRY(archive::decompress(std::move(stored), compression, limits));
  if (verified) tar = std::make_unique<DecompressedLayer>(std::move(tar), verified_bytes);
  return OpenLayer{std::move(tar), verified};
}

} // namespace portique::image
