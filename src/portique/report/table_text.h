#pragma once

// The sentences of the table: what a report means, in words. Nothing here is drawn or coloured;
// text that came out of the image is handed on as it is and must be shown through base::printable.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "portique/model/report.h"
#include "portique/report/summary.h"

namespace portique::report {

/// "1 package", "2 packages".
std::string count_of(std::size_t count, std::string_view one, std::string_view several);

/// Every run of blanks and line ends as one blank.
std::string one_line(std::string_view text);

/// A history instruction as its author wrote it: without the shell and the marks that builders add
/// ("/bin/sh -c #(nop) ", "# buildkit").
std::string instruction_text(std::string_view created_by);

/// "layer 2: RUN apt-get install curl"; "" if the layer is not known.
std::string layer_text(const model::Report& report, std::int32_t layer);

/// "Debian GNU/Linux 12 (bookworm)", or "unknown distribution".
std::string distro_text(const model::Distro& distro);

/// "supported until 2028-06-30", "end of life since 2024-06-30"; "" if it is not known.
std::string support_text(const model::Report& report);
bool is_end_of_life(const model::Report& report);

/// When the newest advisory of the database was written; nothing if it does not say.
std::optional<base::Time> database_date(const model::DatabaseInfo& database);

/// "starter database of 2026-11-20".
std::string database_name(const model::DatabaseInfo& database);

/// "starter database of 2026-11-20 (4 days old), covers Debian 12".
std::string database_text(const model::DatabaseInfo& database, base::Time now);

/// The fixed version, "no fix" or "end of life"; "" for what is no vulnerability.
std::string fix_text(const model::Finding& finding);

/// "12%", "<1%"; "" if it is not known.
std::string epss_text(const model::Finding& finding);

/// "VEX says affected: " before the title of what VEX speaks of without clearing it; else "".
std::string vex_text(const model::Finding& finding);

/// "alpine:3.19, layers 0 to 2: 12 of 30 findings", "" if the base image is not known.
std::string base_text(const model::Report& report);

/// What it means that nothing is known about the subject, or was asked; "" if the advisories cover
/// it.
std::string coverage_gap_text(const model::Report& report);

/// The one line that stands for a report without findings to show. Says "no known vulnerabilities"
/// only where the advisories cover the subject, and always what was checked.
std::string nothing_found_text(const model::Report& report, const Summary& summary);

} // namespace portique::report
