#pragma once

// Exceptions written as YAML: .trivyignore.yaml and the `ignore:` rules of .grype.yaml.
// docs/ignoring.md describes what is read.

#include <string>
#include <string_view>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/scan/ignore_file.h"

namespace portique::scan {

/// Told apart by what they hold. Code::Malformed with line and column at the first thing that is
/// not understood.
base::Result<IgnoreFile>
parse_ignore_yaml(std::string name, std::string_view text, const base::Limits& limits);

} // namespace portique::scan
