#pragma once

#include <string_view>

#include "portique/base/result.h"
#include "portique/image/target.h"
#include "portique/model/report.h"
#include "portique/scan/scan.h"

namespace portique::scan {

/// Reads an SBOM, from a file or from standard input, in a sandboxed child, as the inventory of
/// what it describes. A file that is no SBOM is an error.
base::Result<model::Report>
read_sbom_target(const image::Target& target, std::string_view name, const ScanOptions& options);

} // namespace portique::scan
