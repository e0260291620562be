#pragma once

// From what the user points at to the evidence of its layers: finds out where it is, opens it, and
// has it read.

#include <vector>

#include "portique/base/result.h"
#include "portique/image/target.h"
#include "portique/model/container.h"
#include "portique/model/image.h"
#include "portique/scan/layer_evidence.h"
#include "portique/scan/scan.h"

namespace portique::scan {

struct ReadTarget {
  image::SourceKind kind = image::SourceKind::Rootfs; ///< where it really was
  model::Image image;
  std::vector<LayerEvidence> layers;
  std::vector<inspect::SecretHit> config_secrets;
  std::vector<inspect::MalwareHit> config_malware;
  std::vector<std::string> notes; ///< worth saying, though nothing is missing
  bool layered = true;            ///< false: a file system without layers
  /// Of a container: its changes are the last of the layers.
  std::optional<model::Container> container;
};

base::Result<ReadTarget> read_target(const image::Target& target, const ScanOptions& options);

} // namespace portique::scan
