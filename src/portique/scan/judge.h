#pragma once

// From what was found to what counts: whose severity, what VEX and the user's exceptions clear, how
// much risk is left, in which order it is told.

#include <vector>

#include "portique/advisory/vex.h"
#include "portique/base/result.h"
#include "portique/model/report.h"
#include "portique/scan/ignore_file.h"
#include "portique/scan/scan.h"
#include "portique/scan/severity_source.h"

namespace portique::scan {

struct Judgement {
  SeveritySources severity_sources; ///< empty: the distribution's own, then CVSS
  std::vector<advisory::VexDocument> vex;
  bool attached_vex = false; ///< also what is attached to each image in its registry
  std::vector<IgnoreFile> ignore_files;
  model::FindingOrder order = model::FindingOrder::Package;
};

/// Adds to `judgement` what is attached to the report's image, if it asks for that; what the user
/// should know of it goes into the report's notes. Errors as find_attached_vex().
base::Result<void>
fetch_attached_vex(Judgement& judgement, model::Report& report, const ScanOptions& options);

/// VEX speaks first, since rules may ask what it said; of several exceptions the first counts.
void judge(const Judgement& judgement, model::Report& report, base::Time now);

} // namespace portique::scan
