#pragma once

#include "portique/base/result.h"
#include "portique/model/report.h"
#include "portique/report/formats.h"

namespace portique::report {

/// GitLab's container-scanning report, schema 15.0.7. Suppressed findings are counted, not listed.
base::Result<void>
write_gitlab(const model::Report& report, const WriteOptions& options, const Sink& sink);

/// GitLab's code-quality report: findings as places in files.
base::Result<void> write_gitlab_codequality(const model::Report& report,
                                            const WriteOptions& options,
                                            const Sink& sink);

} // namespace portique::report
