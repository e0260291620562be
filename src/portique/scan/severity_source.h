#pragma once

// --vuln-severity-source: whose severity counts.

#include <string>
#include <string_view>
#include <vector>

#include "portique/base/result.h"
#include "portique/model/report.h"

namespace portique::scan {

/// Sources from the first that is asked to the last; "auto" stands for the order that holds
/// without the flag: the distribution's own word, then CVSS.
using SeveritySources = std::vector<std::string>;

/// The value of --vuln-severity-source: names separated by commas. Code::InvalidArgument names the
/// one that is not known.
base::Result<SeveritySources> parse_severity_sources(std::string_view text);

/// Gives each finding the severity of the first source that has one for it; unknown if none has.
void apply_severity_sources(const SeveritySources& sources, model::Report& report);

} // namespace portique::scan
