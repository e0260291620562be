#pragma once

// The JSON that engines with Docker's API answer with (docs.docker.com/reference/api/engine). The
// engine is trusted no more than needed: names and paths in its answers were chosen by whoever made
// the image or runs inside the container.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/digest.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/base/time.h"
#include "portique/model/container.h"
#include "portique/model/image.h"

namespace portique::image {

/// An image as an engine keeps it.
struct EngineImage {
  base::Digest id; ///< of the config, or of manifest or index where containerd keeps the images
  std::vector<std::string> tags;
  std::vector<std::string> repository_digests;
  std::vector<base::Digest> diff_ids; ///< not in lists
  model::Platform platform;           ///< not in lists
  std::optional<base::Time> created;

  friend bool operator==(const EngineImage&, const EngineImage&) = default;
};

/// A container, running or stopped.
struct EngineContainer {
  std::string id; ///< 64 hexadecimal digits
  std::string name;
  std::string image;      ///< id of the image
  std::string image_name; ///< as `run` was told it
  bool running = false;
  std::string storage_driver;      ///< "overlay2"
  std::string upper_dir;           ///< overlay: the folder of what changed, on the engine's machine
  std::vector<std::string> mounts; ///< paths inside where something else is mounted

  friend bool operator==(const EngineContainer&, const EngineContainer&) = default;
};

base::Result<EngineImage> parse_engine_image(std::string_view json, const base::Limits& limits);
base::Result<std::vector<EngineImage>> parse_engine_images(std::string_view json);
base::Result<EngineContainer> parse_engine_container(std::string_view json);
/// Sorted by path. Code::LimitExceeded for more changes than a layer may have entries.
base::Result<std::vector<model::PathChange>> parse_path_changes(std::string_view json,
                                                                const base::Limits& limits);

/// The sentence in the answer of a request that failed; "" if it has none.
std::string parse_engine_error(std::string_view body);

} // namespace portique::image
