#pragma once

#include <span>
#include <string>
#include <vector>

#include "portique/model/distro.h"
#include "portique/model/finding.h"
#include "portique/model/issue.h"
#include "portique/model/package.h"
#include "portique/model/report.h"
#include "portique/scan/file_owners.h"
#include "portique/scan/layer_evidence.h"
#include "portique/scan/layer_walk.h"

namespace portique::scan {

/// What all layers together say.
struct Inventory {
  model::Distro distro;
  std::vector<model::Package> packages; ///< sorted by type, name, version, architecture, path
  std::vector<model::Program> unowned;  ///< programs and libraries that no package accounts for
  std::vector<model::Finding> findings; ///< what the layers hide from whoever only sees the last
  std::vector<model::Issue> issues;
  FileOwners owners; ///< borrows from the evidence
};

struct MergeOptions {
  bool declared = false; ///< packages count that somebody only asks for (lock files, manifests)
  bool layered = true;   ///< the evidence is that of an image's layers
};

/// Stacks the layers' evidence: the uppermost state of each package database counts, and each
/// package is put down to the lowest layer since which it was listed without a break. What a later
/// layer deletes is listed with `removed_in`. A package database that was deleted, or out of which
/// a package was taken whose files are still there, still counts, and is a finding.
Inventory merge_layers(std::span<const LayerEvidence> layers, const MergeOptions& options = {});

/// Where links lead from the places where package databases count to files that no walk has read
/// yet because of their names. The layers must be walked again with these.
ExtraPaths unread_link_targets(std::span<const LayerEvidence> layers,
                               const inventory::PathMatcher& matcher);

} // namespace portique::scan
