#pragma once

#include "portique/cli/command.h"

namespace portique::cli {

/// `authz install` and `authz uninstall`.
void add_authz_install(CLI::App& authz, Invocation& invocation);

} // namespace portique::cli
