#pragma once

// What a scan needs to look for secrets, and how they become findings.

#include <memory>
#include <string>
#include <vector>

#include "portique/base/limits.h"
#include "portique/image/image_source.h"
#include "portique/inspect/secrets/secret_salt.h"
#include "portique/inspect/secrets/secret_scanner.h"
#include "portique/scan/content_inspector.h"

namespace portique::scan {

struct SecretSearch {
  inspect::SecretRuleBook book;
  inspect::SecretSalt salt;
  /// Whether files are searched. What an image's configuration says is always masked.
  bool in_files = false;

  /// Changes with whatever changes what is found or how it is told apart.
  [[nodiscard]] std::string version() const;
};

/// An inspector for one thread; `search` must outlive it.
base::Result<std::unique_ptr<ContentInspector>> secret_inspector(const SecretSearch& search,
                                                                 const base::Limits& limits);

/// Secrets in what people wrote into the config. They are masked in the image's description, and
/// the texts are dropped.
base::Result<std::vector<inspect::SecretHit>> search_config(const SecretSearch& search,
                                                            image::DescribedImage& described,
                                                            const base::Limits& limits);

} // namespace portique::scan
