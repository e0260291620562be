#pragma once

#include "portique/base/result.h"
#include "portique/model/report.h"
#include "portique/report/formats.h"

namespace portique::report {

/// The SBOM as Syft's own JSON, which Grype and others read; it has no place for findings.
base::Result<void>
write_syft_json(const model::Report& report, const WriteOptions& options, const Sink& sink);

} // namespace portique::report
