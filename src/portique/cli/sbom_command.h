#pragma once

#include <CLI/CLI.hpp>

#include "portique/cli/command.h"

namespace portique::cli {

/// `portique sbom TARGET`.
void add_sbom_command(CLI::App& app, Invocation& invocation);

} // namespace portique::cli
