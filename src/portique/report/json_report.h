#pragma once

#include "portique/base/result.h"
#include "portique/model/report.h"
#include "portique/report/formats.h"

namespace portique::report {

/// The version of the layout that docs/report.schema.json describes. Raised when a member goes away
/// or changes its meaning; new members do not raise it.
inline constexpr std::uint64_t kJsonSchemaVersion = 1;

/// All of the report, suppressed findings among the others. Takes no notice of the options.
base::Result<void>
write_json(const model::Report& report, const WriteOptions& options, const Sink& sink);

} // namespace portique::report
