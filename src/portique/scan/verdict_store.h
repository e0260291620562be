#pragma once

// What policies said of images, by image id: gates that let images in ask it later.

#include <filesystem>
#include <optional>
#include <string>

#include "portique/base/digest.h"
#include "portique/base/result.h"
#include "portique/base/time.h"
#include "portique/model/report.h"

namespace portique::scan {

struct StoredVerdict {
  base::Time scanned;
  std::string decision; ///< "allow", "warn", "deny"; "" if the evidence was incomplete or a scanner
                        ///< left out
  std::string policy;   ///< name
  std::string policy_version;

  friend bool operator==(const StoredVerdict&, const StoredVerdict&) = default;
};

class VerdictStore {
public:
  /// A store that keeps nothing if `cache_dir` is empty.
  explicit VerdictStore(const std::filesystem::path& cache_dir);

  /// The newest verdict about an image, by the digest of its config or of its manifest.
  [[nodiscard]] std::optional<StoredVerdict> load(const base::Digest& id) const;

  /// Keeps the report's verdict under the image's ids. Only of images whose content was verified
  /// against those ids while it was read, which is so where it came from an engine or a registry:
  /// anybody could write an archive that only claims to be some image. False if it is none of them,
  /// or if no policy judged it.
  base::Result<bool> store(const model::Report& report) const;

private:
  std::filesystem::path folder_;
};

} // namespace portique::scan
