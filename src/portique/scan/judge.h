#pragma once

// From what was found to what counts: whose severity, what VEX and the user's exceptions clear, how
// much risk is left, in which order it is told.

#include <vector>

#include "portique/advisory/vex.h"
#include "portique/model/report.h"
#include "portique/scan/ignore_file.h"
#include "portique/scan/severity_source.h"

namespace portique::scan {

struct Judgement {
  SeveritySources severity_sources; ///< empty: the distribution's own, then CVSS
  std::vector<advisory::VexDocument> vex;
  std::vector<IgnoreFile> ignore_files;
  model::FindingOrder order = model::FindingOrder::Package;
};

/// VEX speaks first, since rules may ask what it said; of several exceptions the first counts.
void judge(const Judgement& judgement, model::Report& report, base::Time now);

} // namespace portique::scan
