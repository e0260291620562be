#pragma once

#include "portique/base/result.h"
#include "portique/model/report.h"
#include "portique/report/formats.h"

namespace portique::report {

/// Trivy's JSON report, schema version 2, for programs that read that. Packages are listed with
/// WriteOptions::list_packages (Trivy's --list-all-pkgs), suppressed findings with show_suppressed.
/// Findings that are no vulnerabilities have no place in it. docs/report-formats.md.
base::Result<void>
write_trivy_json(const model::Report& report, const WriteOptions& options, const Sink& sink);

} // namespace portique::report
