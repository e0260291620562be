#pragma once

#include <CLI/CLI.hpp>

#include "portique/cli/command.h"

namespace portique::cli {

/// `portique db build|update|status|verify`: the advisory database. Only `db update` uses the
/// network.
void add_db_command(CLI::App& app, Invocation& invocation);

} // namespace portique::cli
