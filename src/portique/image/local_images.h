#pragma once

// The images that the engines of this machine have, and in which of them an image is.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/image/target.h"

namespace portique::image {

/// An image that an engine has.
struct LocalImage {
  Target target;
  std::string id;                ///< "sha256:..." of its config; of its manifest where that is all
                                 ///< that is known
  std::vector<std::string> tags; ///< "" for none

  /// What a user would write: "docker:nginx:1.27".
  [[nodiscard]] std::string name() const;
};

/// An engine that is there and could not be asked.
struct SilentEngine {
  std::string name; ///< "Docker"
  std::string why;
};

struct LocalImages {
  std::vector<LocalImage> images; ///< each once, Docker's first, then containerd's and podman's
  std::vector<SilentEngine> silent;
  std::size_t engines = 0; ///< that were asked and answered
};

/// Every image of Docker, containerd and podman, those that several engines have once. An engine
/// that is not installed is passed over. Code::NotFound if no engine answered.
base::Result<LocalImages> list_local_images(const base::Limits& limits);

/// Where an image is.
struct Location {
  Target target; ///< of an engine, or still SourceKind::Image: in none of them
  std::vector<SilentEngine> silent;
};

/// Looks for an image in Docker, containerd and podman, in this order.
Location locate_image(std::string_view name, const base::Limits& limits);

/// "Docker: why; podman: why", or "".
std::string silence_of(const std::vector<SilentEngine>& engines);

} // namespace portique::image
