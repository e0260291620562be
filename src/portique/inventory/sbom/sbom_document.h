#pragma once

#include <string>
#include <vector>

#include "portique/inventory/cataloger.h"
#include "portique/model/image.h"
#include "portique/model/sbom_findings.h"

namespace portique::inventory {

/// What an SBOM says.
struct SbomDocument {
  std::string format;  ///< "CycloneDX 1.6", "" if it was none that is known
  std::string subject; ///< the name of what it describes, "" if it does not say
  model::Image image;  ///< as far as the SBOM describes one; the packages' layers point into it
  Analysis analysis;
  std::vector<model::SbomFinding> findings; ///< what this program found in the image's layers
};

} // namespace portique::inventory
