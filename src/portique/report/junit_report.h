#pragma once

#include "portique/base/result.h"
#include "portique/model/report.h"
#include "portique/report/formats.h"

namespace portique::report {

/// JUnit's XML as Jenkins and GitLab read it. A test case each: a package without findings (it
/// passes), a finding (it fails, or is skipped if it is suppressed), what could not be read (an
/// error), and the policy.
base::Result<void>
write_junit(const model::Report& report, const WriteOptions& options, const Sink& sink);

} // namespace portique::report
