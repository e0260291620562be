#pragma once

#include "portique/cli/command.h"

namespace portique::cli {

/// `portique authz approve`
void add_authz_approve(CLI::App& authz, Invocation& invocation);

} // namespace portique::cli
