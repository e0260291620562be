#pragma once

#include <CLI/CLI.hpp>

#include "portique/cli/command.h"

namespace portique::cli {

/// `portique admit`: the admission webhook of a Kubernetes cluster.
void add_admit_command(CLI::App& app, Invocation& invocation);

} // namespace portique::cli
