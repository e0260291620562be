#pragma once

// What the checks of a Dockerfile look at: the file, the shell commands of its RUN instructions,
// and where both stand.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/inspect/config_files/hit.h"
#include "portique/inspect/config_files/image_reference.h"
#include "portique/inspect/dockerfile/dockerfile.h"
#include "portique/inspect/dockerfile/shell.h"

namespace portique::inspect::dockerfile {

/// One RUN of a POSIX shell.
struct Run {
  const Instruction* instruction = nullptr;
  std::size_t stage = 0;
  std::vector<ShellCommand> commands;
  std::vector<std::uint32_t> lines; ///< of each command
  bool pipefail = false;            ///< the shell stops where any part of a pipe fails
  std::string user;                 ///< who runs it, "" if nothing says
};

struct Context {
  const Dockerfile& file;
  std::vector<Run> runs;
  /// The stages that the final image is made of, the lowest first.
  std::vector<const Stage*> final_stages;
};

/// Borrows the file.
Context context_of(const Dockerfile& file);

using CheckFunction = void (*)(const Context& context, Hits& hits);

struct Check {
  std::string_view id;
  CheckFunction run;
};

/// Every instruction of every stage.
void for_each_instruction(
    const Context& context,
    std::string_view keyword,
    const std::function<void(const Stage& stage, const Instruction& instruction)>& visit);

/// Every command of every RUN, with the line that it begins on.
void for_each_command(
    const Context& context,
    const std::function<void(const Run& run, const ShellCommand& command, std::uint32_t line)>&
        visit);

/// Lists of checks, one a file.
std::span<const Check> image_checks();
std::span<const Check> package_checks();
std::span<const Check> command_checks();

} // namespace portique::inspect::dockerfile
