#include "portique/cli/gate_flags.h"

#include <CLI/CLI.hpp>

#include "portique/base/text.h"
#include "portique/model/severity.h"

namespace portique::cli {

void add_gate_flags(CLI::App& command, GateFlags& flags) {
  command.add_option("--severity", flags.severity, "Show only these, e.g. critical,high")
      ->envname("PORTIQUE_SEVERITY")
      ->type_name("LIST");
  command
      .add_option("--fail-on", flags.fail_on, "Exit with 1 if a finding is at least this severe")
      ->envname("PORTIQUE_FAIL_ON")
      ->type_name("SEVERITY");
  command.add_option("--exit-code", flags.exit_code, "Exit with N if anything is found")
      ->envname("PORTIQUE_EXIT_CODE")
      ->type_name("N")
      ->check(CLI::Range(0, 255));
  command
      .add_flag("--allow-incomplete",
                flags.allow_incomplete,
                "Exit with 0 instead of 4 if something could not be read or checked")
      ->envname("PORTIQUE_ALLOW_INCOMPLETE");
}

base::Result<scan::Filter> filter_of(const GateFlags& flags) {
  scan::Filter filter;
  if (!flags.severity.empty()) filter.severities = PQ_TRY(scan::parse_severities(flags.severity));
  return filter;
}

base::Result<scan::Gate> gate_of(const GateFlags& flags) {
  scan::Gate gate;
  gate.exit_code = flags.exit_code;
  gate.allow_incomplete = flags.allow_incomplete;
  if (flags.fail_on.empty()) return gate;
  gate.fail_on = model::parse_severity(flags.fail_on);
  if (gate.fail_on) return gate;
  return base::fail(base::Code::InvalidArgument,
                    "'" + base::printable(flags.fail_on) +
                        "' is no severity; there are: critical, high, medium, low, negligible, "
                        "unknown");
}

} // namespace portique::cli
