#pragma once

// Which content a tag names now.

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "portique/base/digest.h"
#include "portique/base/result.h"
#include "portique/image/registry_options.h"

namespace portique::access::kubernetes {

class ImageDigests {
public:
  ImageDigests() = default;
  ImageDigests(const ImageDigests&) = delete;
  ImageDigests& operator=(const ImageDigests&) = delete;
  virtual ~ImageDigests() = default;

  /// Waits no longer than until `deadline`. Called by several threads at a time.
  virtual base::Result<base::Digest> digest(std::string_view image,
                                            std::chrono::steady_clock::time_point deadline) = 0;
};

/// Asks registries, and remembers their answers for a moment: a rollout asks hundreds of times.
class RegistryDigests final : public ImageDigests {
public:
  explicit RegistryDigests(image::RegistryOptions options) : options_(std::move(options)) {}

  base::Result<base::Digest> digest(std::string_view image,
                                    std::chrono::steady_clock::time_point deadline) override;

private:
  struct Remembered {
    base::Result<base::Digest> digest;
    std::chrono::steady_clock::time_point until;
  };

  image::RegistryOptions options_;
  std::mutex guard_;
  std::map<std::string, Remembered, std::less<>> remembered_;
};

} // namespace portique::access::kubernetes
