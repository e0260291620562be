#pragma once

#include "portique/cli/command.h"

namespace portique::cli {

/// `authz replay`: what recorded traffic would meet under another policy. `authz learn`: the
/// smallest policy that would have allowed it.
void add_authz_replay(CLI::App& authz, Invocation& invocation);
void add_authz_learn(CLI::App& authz, Invocation& invocation);

} // namespace portique::cli
