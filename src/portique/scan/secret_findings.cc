#include "portique/scan/secret_findings.h"

#include <algorithm>
#include <string_view>

#include "portique/inspect/published_file.h"
#include "portique/scan/hidden_paths.h"
#include "portique/scan/hit_places.h"

namespace portique::scan {

namespace {

std::string remedy_of(const inspect::SecretHit& hit, const model::Finding& finding) {
  if (!hit.field.empty())
    return "Revoke it; whoever has the image can read its configuration. Pass it when the "
           "container "
           "starts, or to the build by RUN --mount=type=secret";
  if (finding.removed_in != model::kNoLayer)
    return "Revoke it; deleting a file does not take it out of the layer below. Build again "
           "without "
           "it, with RUN --mount=type=secret where the build needs it";
  return "Revoke it, take the file out of the build context, and mount it when the container "
         "starts";
}

model::Finding finding_of(const inspect::SecretHit& hit) {
  model::Finding finding;
  finding.id = hit.rule;
  finding.kind = model::FindingKind::Secret;
  finding.severity = hit.severity;
  finding.severity_source = "portique";
  finding.title = hit.title;
  finding.path = hit.path;
  finding.lines = {hit.line, hit.line};
  finding.field = hit.field;
  finding.evidence = hit.masked;
  if (!hit.note.empty()) finding.evidence += " (" + hit.note + ")";
  finding.fingerprint = hit.fingerprint;
  return finding;
}

/// A file that a distribution's package brings is the same for everybody; what is below etc/ is
/// there to be changed.
bool is_published(const std::string& path, const FileOwners& owners) {
  if (inspect::is_published_test_data(path)) return true;
  return !path.starts_with("etc/") && !owners.owner_of(path).empty();
}

} // namespace

SecretFindings secret_findings(std::span<const LayerEvidence> layers,
                               std::span<const inspect::SecretHit> config,
                               const FileOwners& owners) {
  SecretFindings found;
  const auto places = places_of(layers, &LayerEvidence::secrets, &inspect::SecretHit::fingerprint);
  std::vector<HiddenPaths> hidden;
  if (!places.empty())
    for (const LayerEvidence& layer : layers)
      hidden.emplace_back(layer);
  for (const auto& place : places) {
    if (is_published(place.hit->path, owners)) {
      ++found.published;
      continue;
    }
    model::Finding finding = finding_of(*place.hit);
    finding.layer = place.first;
    finding.removed_in = layer_that_hides(hidden, place.last, place.hit->path);
    finding.remedy = remedy_of(*place.hit, finding);
    found.findings.push_back(std::move(finding));
  }
  for (const inspect::SecretHit& hit : config) {
    model::Finding finding = finding_of(hit);
    finding.remedy = remedy_of(hit, finding);
    found.findings.push_back(std::move(finding));
  }
  return found;
}

} // namespace portique::scan
