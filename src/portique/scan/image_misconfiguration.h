#pragma once

// From the layers' facts to the findings of the image checks.

#include <span>
#include <vector>

#include "portique/base/time.h"
#include "portique/inspect/image/image_facts.h"
#include "portique/model/finding.h"
#include "portique/model/image.h"
#include "portique/model/package.h"
#include "portique/scan/file_owners.h"
#include "portique/scan/layer_evidence.h"

namespace portique::scan {

/// The facts of what is left once all layers are stacked, each with its layer and whether a package
/// of the distribution brought it.
inspect::ImageFacts merge_image_facts(std::span<const LayerEvidence> layers,
                                      const FileOwners& owners);

std::vector<model::Finding> image_misconfigurations(const model::Image& image,
                                                    std::span<const model::Package> packages,
                                                    std::span<const LayerEvidence> layers,
                                                    const FileOwners& owners,
                                                    base::Time now);

} // namespace portique::scan
