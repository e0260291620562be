#pragma once

// VEX documents that are attached to an image in its registry: as referrers of its manifest or of
// the index that it was chosen from, or under cosign's tag for attestations.

#include <string>
#include <vector>

#include "portique/advisory/vex.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/image/registry_options.h"
#include "portique/model/report.h"

namespace portique::scan {

struct AttachedVex {
  std::vector<advisory::VexDocument> documents;
  std::vector<std::string> notes; ///< what was looked for in vain, and what could not be read
};

/// Looks for documents about the image `subject`. What is attached and is no VEX is passed over;
/// a VEX document that cannot be read is a note, for a document fewer never hides a finding. An
/// Error if the registry cannot be asked, or if the target is no image of a registry.
base::Result<AttachedVex> find_attached_vex(const model::Subject& subject,
                                            const image::RegistryOptions& registry,
                                            const base::Limits& limits);

} // namespace portique::scan
