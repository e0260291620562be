#pragma once

// Findings about what an image says of itself, and what its layers show.

#include <string>
#include <string_view>

#include "portique/model/finding.h"

namespace portique::scan {

/// A misconfiguration that is about no package; title, evidence and remedy are the caller's, and so
/// is set_fingerprint() once they are there.
model::Finding image_finding(std::string_view id,
                             model::Severity severity,
                             std::string path,
                             std::int32_t layer = model::kNoLayer);

/// Sets the fingerprint from id, path and evidence: it stays when layers or tags change.
void set_fingerprint(model::Finding& finding);

} // namespace portique::scan
