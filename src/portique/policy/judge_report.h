#pragma once

// The gates for images and for configuration files: a finished report against the rules `on: image`
// or `on: config`.

#include <span>

#include "portique/base/time.h"
#include "portique/model/config_file.h"
#include "portique/model/report.h"
#include "portique/policy/policy.h"

namespace portique::policy {

/// Rules about findings are asked for each finding that counts (is not suppressed), rules about
/// packages for each package, the others once. An `allow` ends the matter for what it is about; one
/// about the image itself for all of it.
model::Verdict judge_report(const Policy& policy, const model::Report& report, base::Time now);

/// The same for configuration files: rules about findings are asked for each finding that counts,
/// with the file and the resource that it lies in; rules about resources for each resource; the
/// others for each file. An `allow` about a file ends the matter for that file.
model::Verdict judge_config(const Policy& policy,
                            const model::Report& report,
                            std::span<const model::ConfigFile> files,
                            base::Time now);

} // namespace portique::policy
