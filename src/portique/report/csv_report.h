#pragma once

#include "portique/base/result.h"
#include "portique/model/report.h"
#include "portique/report/formats.h"

namespace portique::report {

/// One line a finding, suppressed ones too, then one for each thing that could not be read; for
/// spreadsheets. docs/report-formats.md names the columns.
base::Result<void>
write_csv(const model::Report& report, const WriteOptions& options, const Sink& sink);

} // namespace portique::report
