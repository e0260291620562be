#pragma once

#include "portique/cli/command.h"

namespace portique::cli {

/// `authz status`: how the gates of this machine are.
void add_authz_status(CLI::App& authz, Invocation& invocation);

} // namespace portique::cli
