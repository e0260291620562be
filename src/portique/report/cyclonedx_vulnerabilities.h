#pragma once

#include <string>
#include <vector>

#include "portique/model/report.h"
#include "portique/report/cyclonedx_output.h"

namespace portique::report {

/// The list `vulnerabilities`: one entry for all packages of which the same is said. `names`: how
/// the document refers to each package. `cvss4`: whether the version knows CVSS 4.
void write_cyclonedx_vulnerabilities(CycloneDxOutput& output,
                                     const model::Report& report,
                                     const std::vector<std::string>& names,
                                     bool cvss4);

} // namespace portique::report
