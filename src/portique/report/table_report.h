#pragma once

#include "portique/base/result.h"
#include "portique/model/report.h"
#include "portique/report/formats.h"

namespace portique::report {

/// The report for people: what was scanned, the findings by source package, what could not be read,
/// the totals and what to do next, in this order, so that the end of a long output says the most.
base::Result<void>
write_table(const model::Report& report, const WriteOptions& options, const Sink& sink);

} // namespace portique::report
