#pragma once

// What an image's config tells of how it was built, held against its layers: whoever forges it
// wants a layer to look like something else, or to look younger.

#include <span>
#include <vector>

#include "portique/base/time.h"
#include "portique/model/finding.h"
#include "portique/model/image.h"
#include "portique/scan/layer_evidence.h"

namespace portique::scan {

/// Findings on a history that speaks of another number of layers than there are, on layers with
/// files of which the history says that they only set metadata, and on dates after `now`. An image
/// without any history is no finding: several builders write none.
std::vector<model::Finding> check_image_claims(const model::Image& image,
                                               std::span<const LayerEvidence> layers,
                                               base::Time now);

} // namespace portique::scan
