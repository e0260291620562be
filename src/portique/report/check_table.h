#pragma once

#include "portique/model/report.h"
#include "portique/report/terminal.h"

namespace portique::report {

/// Whether the report is one of `portique check`: about configuration files, without packages.
bool is_config_report(const model::Report& report);

/// Findings in configuration files: by file and line, with what stands there, why it matters and
/// how to mend it.
void write_check_findings(Terminal& terminal, const model::Report& report);

/// The last lines: how many findings, in how many files.
void write_check_totals(Terminal& terminal, const model::Report& report);

} // namespace portique::report
