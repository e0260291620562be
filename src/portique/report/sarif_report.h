#pragma once

#include <cstddef>

#include "portique/base/result.h"
#include "portique/model/report.h"
#include "portique/report/formats.h"

namespace portique::report {

/// GitHub refuses a run with more results; the mildest are left out and counted in a notification.
inline constexpr std::size_t kSarifResults = 25'000;

/// One run for the subject. Suppressed findings are results with `suppressions`, and only if
/// `show_suppressed` is set: GitHub would open an alert for them.
base::Result<void>
write_sarif(const model::Report& report, const WriteOptions& options, const Sink& sink);

} // namespace portique::report
