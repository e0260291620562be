#pragma once

#include <CLI/CLI.hpp>

#include "portique/cli/command.h"

namespace portique::cli {

/// portique explain ID TARGET: the proof behind one vulnerability.
void add_explain_command(CLI::App& app, Invocation& invocation);

} // namespace portique::cli
