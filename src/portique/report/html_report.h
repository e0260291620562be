#pragma once

#include <string>
#include <string_view>

#include "portique/base/result.h"
#include "portique/model/report.h"
#include "portique/report/formats.h"

namespace portique::report {

/// One page that needs nothing else: its policy forbids every request, and every script but its
/// own. Without scripts all is there, only not searchable.
base::Result<void>
write_html(const model::Report& report, const WriteOptions& options, const Sink& sink);

/// Untrusted text inside an element or a quoted attribute.
std::string html_text(std::string_view text, std::size_t most_bytes = 1000);

} // namespace portique::report
