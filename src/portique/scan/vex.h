#pragma once

// What VEX documents change in a report. docs/vex.md.

#include <span>

#include "portique/advisory/vex.h"
#include "portique/model/report.h"

namespace portique::scan {

/// Gives each finding the VEX statement that counts for it. Those that are not affected or fixed
/// are suppressed; affected and under investigation are only said. What the reader of the report
/// should know of the documents goes into the report's notes.
void apply_vex(std::span<const advisory::VexDocument> documents, model::Report& report);

} // namespace portique::scan
