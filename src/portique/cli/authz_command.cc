#include "portique/cli/authz_command.h"

#include "portique/cli/authz_issue_cert.h"
#include "portique/cli/authz_run.h"

namespace portique::cli {

void add_authz_command(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("authz", "Decide who may do what with containers");
  command->require_subcommand(0, 1);
  add_authz_run(*command, invocation);
  add_authz_issue_cert(*command, invocation);
}

} // namespace portique::cli
