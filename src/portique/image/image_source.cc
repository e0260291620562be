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

base::Result<OpenLayer>
open_layer(BlobStore& store, const StoredLayer& layer, const base::Limits& limits) {
  auto stored = PQ_TRY(store.open(layer.blob));
  const auto head = PQ_TRY(stored->peek(6));
  const archive::Compression compression = archive::detect_compression(head);
  if (compression == archive::Compression::None) return OpenLayer{std::move(stored), false};
  const bool verified = !layer.digest.empty();
  if (verified) stored = archive::verified_stream(std::move(stored), layer.digest, layer.size);
  return OpenLayer{PQ_TRY(archive::decompress(std::move(stored), compression, limits)), verified};
}

} // namespace portique::image
