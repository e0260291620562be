#pragma once

// What main() and the command files agree on. Each command file exposes
//   void add_NAME_command(CLI::App& app, Invocation& invocation);
// which declares its flags and, where the user chose it, puts into `invocation` what to run.

#include <functional>

#include "portique/base/result.h"

namespace CLI {
class App;
}

namespace portique::cli {

/// What the caller of the program may rely on.
enum class ExitCode : int {
  Ok = 0,         ///< nothing above the gate
  Gate = 1,       ///< the gate was tripped
  Usage = 2,      ///< the command was used wrongly
  Failed = 3,     ///< the work could not be done
  Incomplete = 4, ///< done, nothing tripped, but the evidence is incomplete
};

/// Prints the error as one sentence on standard error. What the user asked wrongly is Usage, all
/// else Failed.
ExitCode complain(const base::Error& error);

struct Invocation {
  std::function<ExitCode()> run;
};

} // namespace portique::cli
