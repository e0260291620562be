#pragma once

namespace CLI {
class App;
}

namespace portique::cli {

struct Invocation;

/// `portique check FILE|DIR|-`: configuration files.
void add_check_command(CLI::App& app, Invocation& invocation);

} // namespace portique::cli
