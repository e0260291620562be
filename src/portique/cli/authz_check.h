#pragma once

#include "portique/cli/command.h"

namespace portique::cli {

/// `authz check`: what a command line of Docker's client would meet.
void add_authz_check(CLI::App& authz, Invocation& invocation);

} // namespace portique::cli
