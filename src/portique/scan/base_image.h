#pragma once

// Which findings come with the base image, and what another base would change.
// docs/base-images.md.

#include <string>

#include "portique/model/report.h"

namespace portique::scan {

/// A scan of another image to compare with; `report` is borrowed and may be nullptr.
struct OtherScan {
  std::string name; ///< as the user named it
  const model::Report* report = nullptr;
};

/// Marks findings by layer. A base that was given counts as far as the subject begins with its
/// layers; without one, the image's own hint does. `newer` is compared with the base's findings.
void apply_base(const OtherScan& given, const OtherScan& newer, model::Report& report);

/// How many layers two images have in common, from the lowest on, by diff id.
std::size_t shared_layers(const model::Image& a, const model::Image& b);

} // namespace portique::scan
