#pragma once

#include <string>
#include <string_view>

#include "portique/base/result.h"
#include "portique/model/report.h"
#include "portique/report/formats.h"

namespace portique::report {

/// A summary and a table, worst first, for comments on pull requests and summaries of CI jobs. It
/// stays under what GitHub takes in a comment; what is left out is counted.
base::Result<void>
write_markdown(const model::Report& report, const WriteOptions& options, const Sink& sink);

/// Untrusted text inside a line of Markdown: no mark-up, no link, no mention of a person, one line.
std::string markdown_text(std::string_view text);

/// The same as code: a name or version. Safe inside a table.
std::string markdown_code(std::string_view text);

} // namespace portique::report
