#pragma once

// The flags that say what is shown, and what a verb exits with.

#include <optional>
#include <string>

#include "portique/base/result.h"
#include "portique/scan/filter.h"
#include "portique/scan/gate.h"

namespace CLI {
class App;
}

namespace portique::cli {

struct GateFlags {
  std::string severity;
  std::string fail_on;
  std::optional<int> exit_code;
  bool allow_incomplete = false;
};

/// --severity, --fail-on, --exit-code, --allow-incomplete. `flags` must outlive the parsing.
void add_gate_flags(CLI::App& command, GateFlags& flags);

/// What is shown.
base::Result<scan::Filter> filter_of(const GateFlags& flags);

/// What trips.
base::Result<scan::Gate> gate_of(const GateFlags& flags);

} // namespace portique::cli
