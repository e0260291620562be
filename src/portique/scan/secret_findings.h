#pragma once

#include <span>
#include <string>
#include <vector>

#include "portique/inspect/secrets/secret_hit.h"
#include "portique/model/finding.h"
#include "portique/scan/file_owners.h"
#include "portique/scan/layer_evidence.h"

namespace portique::scan {

struct SecretFindings {
  std::vector<model::Finding> findings;
  /// Secrets in what distributions and language registries publish: known to everybody.
  std::size_t published = 0;
};

/// The layers' secrets, each place once, put down to the lowest layer that has it. One whose file a
/// later layer deletes, hides or overwrites is in the image still and says in which layer that was.
SecretFindings secret_findings(std::span<const LayerEvidence> layers,
                               std::span<const inspect::SecretHit> config,
                               const FileOwners& owners);

} // namespace portique::scan
