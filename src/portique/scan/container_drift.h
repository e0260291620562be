#pragma once

// What a container did to itself since it was started from its image. An image is built, checked
// and then run; programs that appear afterwards were checked by nobody.

#include <span>
#include <vector>

#include "portique/model/finding.h"
#include "portique/model/package.h"
#include "portique/scan/layer_evidence.h"
#include "portique/scan/merge.h"

namespace portique::scan {

/// Findings of kind Runtime about the uppermost of `layers`, which holds a container's changes:
/// packages that are new, of another version or gone; programs that are new or have other content.
/// Programs that came with a new package are not listed one by one. `packages` are those of all
/// layers together; findings about packages point into it.
std::vector<model::Finding> container_drift(std::span<const LayerEvidence> layers,
                                            const std::vector<model::Package>& packages);

/// Findings that merging had about the layer with the container's changes (a package database that
/// was deleted or doctored) are about the running container, not about its image.
void turn_into_drift(std::vector<model::Finding>& findings, std::int32_t container_layer);

} // namespace portique::scan
