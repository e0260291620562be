#pragma once

// What a gate believes of images, as flags say it (docs/image-trust.md).

#include <filesystem>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "portique/access/trust/known_images.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::cli {

struct ImageTrustFlags {
  std::vector<std::string> keys;          ///< NAME=FILE
  std::vector<std::string> predicates;    ///< NAME=TYPE
  std::vector<std::string> scan_policies; ///< a file, a ready policy, or "sha256:..."
};

/// --image-key and --image-predicate: whose signatures count.
void add_image_key_flags(CLI::App& command, ImageTrustFlags& flags);

/// Reads the files that they name.
base::Result<std::vector<access::TrustedKey>> trusted_image_keys(const ImageTrustFlags& flags);

/// These, and whose scans count.
void add_image_trust_flags(CLI::App& command, ImageTrustFlags& flags);

/// Reads the files that the flags name. Registries are asked if there are keys.
base::Result<access::KnownImagesOptions> image_trust_options(const ImageTrustFlags& flags,
                                                             std::filesystem::path cache_folder,
                                                             const base::Limits& limits,
                                                             base::Time now);

} // namespace portique::cli
