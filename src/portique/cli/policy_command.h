#pragma once

#include <CLI/CLI.hpp>

#include "portique/cli/command.h"

namespace portique::cli {

/// `portique policy fields|lint|test|explain|show`.
void add_policy_command(CLI::App& app, Invocation& invocation);

} // namespace portique::cli
