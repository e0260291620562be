#include "portique/cli/authz_command.h"

#include "portique/cli/authz_issue_cert.h"

namespace portique::cli {

void add_authz_command(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("authz", "Decide who may do what with containers");
  command->require_subcommand(1);
  add_authz_issue_cert(*command, invocation);
}

} // namespace portique::cli
