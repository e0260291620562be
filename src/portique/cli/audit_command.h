#pragma once

#include <CLI/CLI.hpp>

#include "portique/cli/command.h"

namespace portique::cli {

/// `portique audit verify|search|show|proof|verify-proof`: what the gates wrote down.
void add_audit_command(CLI::App& app, Invocation& invocation);

} // namespace portique::cli
