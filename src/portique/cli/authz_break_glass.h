#pragma once

#include "portique/cli/command.h"

namespace portique::cli {

/// `portique authz break-glass`
void add_authz_break_glass(CLI::App& authz, Invocation& invocation);

} // namespace portique::cli
