#pragma once

#include "portique/model/report.h"
#include "portique/report/terminal.h"

namespace portique::report {

/// What to do next: the upgrades that clear the most with the command for them, and what else would
/// help. Nothing where there is nothing to do.
void write_next_steps(Terminal& terminal, const model::Report& report);

} // namespace portique::report
