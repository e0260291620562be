#include "portique/scan/gate.h"

#include <algorithm>

namespace portique::scan {

bool gate_tripped(const model::Report& report, std::optional<model::Severity> fail_on) {
  return std::ranges::any_of(report.findings, [&](const model::Finding& finding) {
    return !finding.suppression && (!fail_on || finding.severity >= *fail_on);
  });
}

bool is_incomplete(const model::Report& report) {
  return !report.issues.empty() || report.coverage == model::Coverage::NotCovered;
}

int exit_code_of(const model::Report& report, const Gate& gate) {
  if (report.verdict && report.verdict->decision == model::Decision::Deny) {
    const int denied = gate.exit_code.value_or(kExitTripped);
    if (denied != 0) return denied;
  }
  const int code = gate.exit_code.value_or(gate.fail_on ? kExitTripped : 0);
  if (code != 0 && gate_tripped(report, gate.fail_on)) return code;
  return is_incomplete(report) && !gate.allow_incomplete ? kExitIncomplete : 0;
}

} // namespace portique::scan
