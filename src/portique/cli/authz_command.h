#pragma once

#include <CLI/CLI.hpp>

#include "portique/cli/command.h"

namespace portique::cli {

/// `portique authz`: gates in front of engines.
void add_authz_command(CLI::App& app, Invocation& invocation);

} // namespace portique::cli
