#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "portique/base/digest.h"
#include "portique/base/result.h"
#include "portique/image/image_source.h"
#include "portique/scan/image_reader.h"

namespace portique::scan {

/// Descriptions of images that engines keep, by the id that the engine has for them: an image whose
/// description and layers are all known need not be fetched from the engine again. Only those are
/// kept whose config or manifest was read and has the id for its digest.
class ImageCache {
public:
  /// A cache that keeps nothing if `cache_dir` is empty. `selection` is part of what is looked for.
  /// So is `inspectors`, the version of what searches a description and masks secrets in it.
  ImageCache(const std::filesystem::path& cache_dir,
             const image::Selection& selection,
             std::string inspectors = {});

  [[nodiscard]] std::optional<ImageDescription> load(const base::Digest& id) const;

  /// Failing to write is not a failure of the scan.
  base::Result<void> store(const base::Digest& id, const ImageDescription& described) const;

private:
  [[nodiscard]] std::string key_of(const base::Digest& id) const;

  std::filesystem::path folder_; ///< empty: keeps nothing
  std::string platform_;
  std::string inspectors_;
};

} // namespace portique::scan
