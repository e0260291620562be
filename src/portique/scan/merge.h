#pragma once

#include <span>
#include <string>
#include <vector>

#include "portique/model/distro.h"
#include "portique/model/issue.h"
#include "portique/model/package.h"
#include "portique/scan/layer_evidence.h"
#include "portique/scan/layer_walk.h"

namespace portique::scan {

/// What all layers together say.
struct Inventory {
  model::Distro distro;
  std::vector<model::Package> packages; ///< sorted by type, name, version, architecture, path
  std::vector<model::Issue> issues;
};

/// Stacks the layers' evidence: the uppermost state of each package database counts, and each
/// package is put down to the lowest layer since which it was listed without a break.
Inventory merge_layers(std::span<const LayerEvidence> layers);

/// Where links lead from the places where package databases count to files that no walk has read
/// yet because of their names. The layers must be walked again with these.
ExtraPaths unread_link_targets(std::span<const LayerEvidence> layers,
                               const inventory::PathMatcher& matcher);

} // namespace portique::scan
