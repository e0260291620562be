#pragma once

// The seam between where an image lies and who reads it. A source runs inside the sandboxed reader:
// it parses what a stranger wrote, and asks a BlobStore, which may be the process outside, for
// bytes.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "portique/archive/byte_stream.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/model/image.h"

namespace portique::image {

/// Named bytes: members of an archive, files of an OCI layout, blobs of a registry. Thread-safe.
class BlobStore {
public:
  BlobStore() = default;
  virtual ~BlobStore() = default;
  BlobStore(const BlobStore&) = delete;
  BlobStore& operator=(const BlobStore&) = delete;

  /// Code::NotFound if there is no blob of that name.
  virtual base::Result<std::unique_ptr<archive::ByteStream>> open(std::string_view name) = 0;

  /// The name under which open() really finds the bytes, links inside the store followed.
  virtual base::Result<std::string> resolve(std::string_view name) { return std::string(name); }
};

/// A layer's bytes as they are stored, maybe compressed, and what was promised of them.
struct StoredLayer {
  std::string blob;
  base::Digest digest; ///< empty where the store promises none
  std::uint64_t size = 0;
  /// Not meant to be distributed with the image (foreign layers of Windows): the store may lack it.
  bool foreign = false;
};

/// One thing that somebody wrote into an image's config: an environment variable, a label, a
/// command, a step of the history.
struct ConfigText {
  std::string field; ///< "Env PATH", "label maintainer", "Cmd", "history 3"
  std::string text;
};

/// An image, described: what its documents say, and where its layers' bytes are (same order).
struct DescribedImage {
  model::Image image;
  std::vector<StoredLayer> layers;
  std::vector<ConfigText> texts; ///< not kept beyond the reader: they may hold secrets
};

/// What is asked of a source.
struct Selection {
  model::Platform platform;
  bool platform_demanded = false; ///< the user asked for it: an image of another is refused even if
                                  ///< it is the only one
  std::string reference; ///< a tag or name, where a source holds several images; "" if it holds one
};

/// Reads an OCI image layout (index.json, blobs/ALGORITHM/HEX) or a docker save archive
/// (manifest.json), whichever the store holds. The digests of index, manifest and config are
/// verified.
base::Result<DescribedImage>
describe_image(BlobStore& store, const Selection& selection, const base::Limits& limits);

/// A layer as a tar stream: decompressed, and verified against its digest if every byte is read
/// anyway. An uncompressed layer in a file is not hashed, so that its walk can seek.
struct OpenLayer {
  std::unique_ptr<archive::ByteStream> tar;
  bool verified = false;
};

base::Result<OpenLayer>
open_layer(BlobStore& store, const StoredLayer& layer, const base::Limits& limits);

} // namespace portique::image
