#pragma once

#include <CLI/CLI.hpp>

#include "portique/cli/command.h"

namespace portique::cli {

/// `portique authz --policy FILE ...`, without a verb below it: serves gates until it is stopped.
void add_authz_run(CLI::App& authz, Invocation& invocation);

} // namespace portique::cli
