#include "portique/scan/layer_evidence.h"

#include "portique/inventory/catalogers.h"
#include "portique/scan/model_codec.h"

namespace portique::scan {

namespace {

/// Raise with every change of the evidence's own layout or of the walk.
constexpr int kEvidenceVersion = 3;

} // namespace

std::string encode_evidence(const LayerEvidence& evidence) {
  return base::encode(evidence);
}

base::Result<LayerEvidence> decode_evidence(base::Bytes bytes) {
  LayerEvidence evidence;
  PQ_TRY(base::at("layer evidence", base::decode(bytes, evidence)));
  return evidence;
}

std::string evidence_version(std::string_view inspectors) {
  std::string version = std::to_string(kEvidenceVersion);
  for (const inventory::Cataloger& cataloger : inventory::catalogers()) {
    version += ' ';
    version += cataloger.id;
    version += '/' + std::to_string(cataloger.version);
  }
  if (!inspectors.empty()) version.append(" contents/").append(inspectors);
  return version;
}

} // namespace portique::scan
