#pragma once

#include "portique/cli/command.h"

namespace portique::cli {

/// `authz sign-policy`: the detached signature of a policy document.
void add_authz_sign_policy(CLI::App& authz, Invocation& invocation);

} // namespace portique::cli
