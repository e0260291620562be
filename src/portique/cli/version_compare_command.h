#pragma once

#include <CLI/CLI.hpp>

#include "portique/cli/command.h"

namespace portique::cli {

/// `portique version-compare ECOSYSTEM A B`: the order of two versions, or of pairs from standard
/// input.
void add_version_compare_command(CLI::App& app, Invocation& invocation);

} // namespace portique::cli
