#pragma once

// Configuration files: read by this side, parsed and checked by a sandboxed child, reported like
// everything else.

#include <filesystem>
#include <string>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/base/time.h"
#include "portique/model/report.h"

namespace portique::scan {

struct ConfigCheckOptions {
  base::Time now;
  base::Limits limits;
};

/// A file, every configuration file below a folder (.git and folders of dependencies are left out),
/// or standard input ("-"). The findings stand by file and line. Errors mean that there is no
/// report; what could not be read stands in Report::issues.
base::Result<model::Report> check_config(const std::string& target,
                                         const ConfigCheckOptions& options);

} // namespace portique::scan
