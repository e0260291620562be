#include "portique/scan/secret_findings.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

#include "portique/inspect/published_file.h"
#include "portique/scan/hidden_paths.h"

namespace portique::scan {

namespace {

/// One secret at one place.
struct Place {
  const inspect::SecretHit* hit = nullptr;
  std::int32_t first = 0; ///< layers that have it
  std::int32_t last = 0;
};

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

std::vector<Place> places_of(std::span<const LayerEvidence> layers) {
  std::map<std::tuple<std::string_view, std::string_view, std::string_view>, Place> places;
  std::int32_t index = 0;
  for (const LayerEvidence& layer : layers) {
    for (const inspect::SecretHit& hit : layer.secrets) {
      Place& place = places.try_emplace({hit.path, hit.rule, hit.fingerprint}).first->second;
      if (place.hit == nullptr) place.first = index;
      // Where it stands now.
      place.hit = &hit;
      place.last = index;
    }
    ++index;
  }
  std::vector<Place> all;
  for (const auto& [key, place] : places)
    all.push_back(place);
  return all;
}

} // namespace

SecretFindings secret_findings(std::span<const LayerEvidence> layers,
                               std::span<const inspect::SecretHit> config,
                               const FileOwners& owners) {
  SecretFindings found;
  const std::vector<Place> places = places_of(layers);
  std::vector<HiddenPaths> hidden;
  if (!places.empty())
    for (const LayerEvidence& layer : layers)
      hidden.emplace_back(layer);
  for (const Place& place : places) {
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
