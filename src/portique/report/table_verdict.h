#pragma once

#include "portique/model/report.h"
#include "portique/report/terminal.h"

namespace portique::report {

/// What the policy says and which rules decided. Nothing without a policy.
void write_verdict(Terminal& terminal, const model::Report& report);

} // namespace portique::report
