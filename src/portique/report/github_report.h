#pragma once

#include <string>
#include <string_view>

#include "portique/base/result.h"
#include "portique/model/report.h"
#include "portique/report/formats.h"

namespace portique::report {

/// Commands to a GitHub Actions runner that annotate the run, worst findings first, and a last line
/// that counts all.
base::Result<void>
write_github(const model::Report& report, const WriteOptions& options, const Sink& sink);

/// Text as the value of a command's property: it ends neither the property nor the command.
std::string github_property(std::string_view text);

} // namespace portique::report
