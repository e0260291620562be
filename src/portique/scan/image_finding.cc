#include "portique/scan/image_finding.h"

#include <utility>

#include "portique/base/digest.h"

namespace portique::scan {

model::Finding
image_finding(std::string_view id, model::Severity severity, std::string path, std::int32_t layer) {
  model::Finding finding;
  finding.id = id;
  finding.kind = model::FindingKind::Misconfiguration;
  finding.severity = severity;
  finding.severity_source = "portique";
  finding.path = std::move(path);
  finding.layer = layer;
  return finding;
}

void set_fingerprint(model::Finding& finding) {
  const std::string key = finding.id + '\0' + finding.path + '\0' + finding.evidence;
  finding.fingerprint = base::digest_of(base::as_bytes(key)).hex();
}

} // namespace portique::scan
