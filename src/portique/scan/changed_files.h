#pragma once

// Files that are not what the package that brought them says they are.

#include <span>
#include <vector>

#include "portique/model/finding.h"
#include "portique/scan/layer_evidence.h"

namespace portique::scan {

/// A finding for each file that differs from its checksum in the package database as the uppermost
/// layer has it, by path; the first hundred are named. Files that are not there are none, and so
/// are those of a package that was removed. `layers` lowest first, of walks that took checksums.
std::vector<model::Finding> find_changed_files(std::span<const LayerEvidence> layers);

} // namespace portique::scan
