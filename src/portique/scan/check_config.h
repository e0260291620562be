#pragma once

// Configuration files: read by this side, parsed and checked by a sandboxed child, reported like
// everything else.

#include <filesystem>
#include <string>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/base/time.h"
#include "portique/model/config_file.h"
#include "portique/model/report.h"

namespace portique::scan {

struct ConfigCheckOptions {
  base::Time now;
  base::Limits limits;
  bool resources = false; ///< whether a policy asks for what the files declare
};

struct ConfigCheck {
  model::Report report;
  std::vector<model::ConfigFile> files; ///< that were checked, by path
};

/// A file, every configuration file below a folder (.git and folders of dependencies are left out),
/// or standard input ("-"). The findings stand by file and line. Errors mean that there is no
/// report; what could not be read stands in Report::issues.
base::Result<ConfigCheck> check_config(const std::string& target,
                                       const ConfigCheckOptions& options);

} // namespace portique::scan
