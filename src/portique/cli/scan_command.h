#pragma once

#include <CLI/CLI.hpp>

#include "portique/cli/command.h"

namespace portique::cli {

/// `portique scan TARGET`.
void add_scan_command(CLI::App& app, Invocation& invocation);

} // namespace portique::cli
