#pragma once

// From a report to the exit code of `portique scan`: docs/exit-codes.md.

#include <optional>

#include "portique/model/report.h"
#include "portique/model/severity.h"

namespace portique::scan {

struct Gate {
  std::optional<model::Severity> fail_on; ///< --fail-on: the least severity that trips
  std::optional<int> exit_code;           ///< --exit-code: what a tripped gate exits with
  bool allow_incomplete = false;          ///< --allow-incomplete
};

inline constexpr int kExitTripped = 1;
inline constexpr int kExitIncomplete = 4;

/// Whether the report holds a finding that counts (is not suppressed) and is at least as severe as
/// `fail_on`; without `fail_on`, any that counts.
bool gate_tripped(const model::Report& report, std::optional<model::Severity> fail_on);

/// Whether something could not be read, or the advisories say nothing about the distribution.
bool is_incomplete(const model::Report& report);

/// 0; or the gate's code (1 unless --exit-code says otherwise, which alone asks for any finding,
/// and whose 0 means never), also if a policy denies the subject; or 4 if nothing tripped and the
/// evidence is incomplete.
int exit_code_of(const model::Report& report, const Gate& gate);

} // namespace portique::scan
