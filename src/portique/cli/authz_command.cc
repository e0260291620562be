#include "portique/cli/authz_command.h"

#include "portique/cli/authz_approve.h"
#include "portique/cli/authz_break_glass.h"
#include "portique/cli/authz_check.h"
#include "portique/cli/authz_install.h"
#include "portique/cli/authz_issue_cert.h"
#include "portique/cli/authz_replay.h"
#include "portique/cli/authz_run.h"
#include "portique/cli/authz_sign_policy.h"
#include "portique/cli/authz_status.h"

namespace portique::cli {

void add_authz_command(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("authz", "Decide who may do what with containers");
  command->require_subcommand(0, 1);
  add_authz_run(*command, invocation);
  add_authz_issue_cert(*command, invocation);
  add_authz_check(*command, invocation);
  add_authz_status(*command, invocation);
  add_authz_replay(*command, invocation);
  add_authz_learn(*command, invocation);
  add_authz_sign_policy(*command, invocation);
  add_authz_approve(*command, invocation);
  add_authz_break_glass(*command, invocation);
  add_authz_install(*command, invocation);
}

} // namespace portique::cli
