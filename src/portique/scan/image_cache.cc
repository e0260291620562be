#include "portique/scan/image_cache.h"

#include "portique/base/codec.h"
#include "portique/image/platform.h"
#include "portique/scan/cache_file.h"
#include "portique/scan/model_codec.h"

namespace portique::scan {

namespace {

/// Raise with every change of what a description holds.
constexpr int kDescriptionVersion = 4;

} // namespace

ImageCache::ImageCache(const std::filesystem::path& cache_dir,
                       const image::Selection& selection,
                       std::string inspectors)
    : folder_(cache_dir.empty() ? std::filesystem::path{} : cache_dir / "images"),
      platform_(image::platform_text(selection.platform) +
                (selection.platform_demanded ? " demanded" : "")),
      inspectors_(std::move(inspectors)) {}

std::string ImageCache::key_of(const base::Digest& id) const {
  return id.text() + " " + platform_ + " " + std::to_string(kDescriptionVersion) + " " +
         inspectors_;
}

std::optional<ImageDescription> ImageCache::load(const base::Digest& id) const {
  if (folder_.empty() || id.empty()) return std::nullopt;
  const auto content = load_cache_file(folder_, key_of(id));
  if (!content) return std::nullopt;
  ImageDescription described;
  image::DescribedImage& image = described;
  if (!base::decode(base::as_bytes(*content), image, described.secrets, described.malware) ||
      described.layers.size() != described.image.layers.size())
    return std::nullopt;
  return described;
}

base::Result<void> ImageCache::store(const base::Digest& id,
                                     const ImageDescription& described) const {
  if (folder_.empty() || id.empty()) return {};
  if (described.image.config_digest != id && described.image.manifest_digest != id) return {};
  const image::DescribedImage& image = described;
  return store_cache_file(
      folder_, key_of(id), base::encode(image, described.secrets, described.malware));
}

} // namespace portique::scan
