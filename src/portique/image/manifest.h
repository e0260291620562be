#pragma once

// The JSON documents that describe an image: OCI image index and manifest, Docker's schema 2 and
// manifest list (the same shapes), the image config, and the manifest.json of docker save.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "portique/base/digest.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/image/image_source.h"
#include "portique/model/image.h"

namespace portique::image {

/// A pointer to a blob (OCI image-spec, descriptor.md).
struct Descriptor {
  std::string media_type;
  base::Digest digest;
  std::uint64_t size = 0;
  std::optional<model::Platform> platform;
  std::string ref_name;      ///< annotation org.opencontainers.image.ref.name
  std::string image_name;    ///< annotation io.containerd.image.name, the full reference
  bool attestation = false;  ///< buildkit's attestation manifests stand beside the images
  bool foreign = false;      ///< a layer that registries need not hold: by its media type or urls
  std::string artifact_type; ///< of what is no image
  std::vector<std::pair<std::string, std::string>> annotations; ///< all of them
};

/// An image index (several manifests), an image manifest (config and layers), told by what it
/// holds.
struct Index {
  std::vector<Descriptor> manifests;
};

struct Manifest {
  Descriptor config;
  std::vector<Descriptor> layers;
  std::string artifact_type; ///< of what is no image: its own, else the config's media type
};

/// Whether a document is an index rather than a manifest: by its mediaType, else by its members.
base::Result<bool> is_index(std::string_view json);
base::Result<Index> parse_index(std::string_view json);
base::Result<Manifest> parse_manifest(std::string_view json, const base::Limits& limits);

/// What an image config says: platform, time, and for each layer diff id and history. A history
/// that does not fit the layers is not an error: it is only what the image says of itself.
struct Config {
  model::Platform platform;
  std::optional<base::Time> created;
  std::vector<base::Digest> diff_ids;

  struct Step {
    std::string created_by;
    std::optional<base::Time> created;
    bool empty_layer = false;
  };

  std::vector<Step> history;
  std::string base_name;         ///< label org.opencontainers.image.base.name
  std::string base_digest;       ///< label org.opencontainers.image.base.digest
  model::ImageConfig run;        ///< how the image wants to be run
  std::vector<ConfigText> texts; ///< all that people write into it
};

base::Result<Config> parse_config(std::string_view json, const base::Limits& limits);

/// One image of docker save's manifest.json.
struct SavedImage {
  std::string config; ///< member path
  std::vector<std::string> tags;
  std::vector<std::string> layers; ///< member paths, lowest first
};

base::Result<std::vector<SavedImage>> parse_saved_images(std::string_view json,
                                                         const base::Limits& limits);

/// Fills platform, time, base, and the layers' diff ids and history into `image`, whose layers have
/// their digests already. Code::Malformed if the config names another number of layers.
base::Result<void> apply_config(const Config& config, model::Image& image);

} // namespace portique::image
