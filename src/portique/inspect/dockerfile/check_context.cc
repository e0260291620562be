#include "portique/inspect/dockerfile/check_context.h"

#include <algorithm>
#include <array>

#include "portique/base/text.h"

namespace portique::inspect::dockerfile {

namespace {

constexpr std::array<std::string_view, 6> kPosixShells{"sh", "bash", "ash", "dash", "zsh", "ksh"};

bool is_posix_shell(std::string_view program) {
  program = program.substr(program.rfind('/') + 1);
  return std::ranges::find(kPosixShells, program) != kPosixShells.end();
}

/// The shell that RUN uses at some point of a stage.
struct Shell {
  bool posix = true;
  bool pipefail = false;
};

Shell shell_of(const Instruction& instruction) {
  Shell shell;
  shell.posix = !instruction.words.empty() && is_posix_shell(instruction.words.front());
  shell.pipefail = std::ranges::any_of(
      instruction.words, [](const std::string& word) { return word.contains("pipefail"); });
  return shell;
}

void add_commands(Run& run, std::string_view script, const auto& line_of) {
  for (ShellCommand& command : shell_commands(script)) {
    if (command.program() == "set" && command.has_word("pipefail")) run.pipefail = true;
    run.lines.push_back(line_of(command.offset));
    run.commands.push_back(std::move(command));
  }
}

/// A here-document is the script itself where nothing, or a shell alone, stands before it.
bool is_script(const Run& run, const Heredoc& heredoc) {
  if (heredoc.content.starts_with("#!")) {
    const std::string_view first =
        std::string_view(heredoc.content).substr(2, heredoc.content.find('\n') - 2);
    return is_posix_shell(base::trim(first.substr(first.find_last_of(" /") + 1)));
  }
  return run.commands.empty() ||
         (run.commands.size() == 1 && is_posix_shell(run.commands.front().program()));
}

Run run_of(const Instruction& instruction, const Shell& shell) {
  Run run;
  run.instruction = &instruction;
  run.pipefail = shell.pipefail;
  if (instruction.json) {
    ShellCommand command = command_of_words(instruction.words);
    const bool through_shell = command.words.size() >= 3 && is_posix_shell(command.words[0]) &&
                               command.words[1].starts_with('-') && command.words[1].ends_with('c');
    if (through_shell) {
      add_commands(run, command.words[2], [&](std::size_t) { return instruction.lines.first; });
    } else if (!command.words.empty()) {
      run.lines.push_back(instruction.lines.first);
      run.commands.push_back(std::move(command));
    }
    return run;
  }
  add_commands(run, instruction.text, [&](std::size_t at) { return instruction.line_at(at); });
  for (const Heredoc& heredoc : instruction.heredocs) {
    if (!is_script(run, heredoc)) continue;
    add_commands(run, heredoc.content, [&](std::size_t at) {
      const auto end = heredoc.content.begin() +
                       static_cast<std::ptrdiff_t>(std::min(at, heredoc.content.size()));
      return heredoc.line +
             static_cast<std::uint32_t>(std::count(heredoc.content.begin(), end, '\n'));
    });
    break;
  }
  return run;
}

} // namespace

Context context_of(const Dockerfile& file) {
  Context context{.file = file, .runs = {}, .final_stages = {}};
  std::vector<Shell> shells(file.stages.size());
  for (std::size_t i = 0; i < file.stages.size(); ++i) {
    const Stage& stage = file.stages[i];
    Shell shell = stage.parent ? shells[*stage.parent] : Shell{};
    std::string user;
    for (const Instruction& instruction : stage.instructions) {
      if (instruction.keyword == "SHELL" && !instruction.on_build) shell = shell_of(instruction);
      if (instruction.keyword == "USER" && !instruction.substituted.empty())
        user = instruction.substituted.front();
      if (instruction.keyword != "RUN" || !shell.posix) continue;
      Run run = run_of(instruction, shell);
      run.stage = i;
      run.user = user;
      context.runs.push_back(std::move(run));
    }
    shells[i] = shell;
  }
  if (file.stages.empty()) return context;
  for (std::optional<std::size_t> at = file.stages.size() - 1; at; at = file.stages[*at].parent)
    context.final_stages.push_back(&file.stages[*at]);
  std::ranges::reverse(context.final_stages);
  return context;
}

void for_each_instruction(
    const Context& context,
    std::string_view keyword,
    const std::function<void(const Stage& stage, const Instruction& instruction)>& visit) {
  for (const Stage& stage : context.file.stages)
    for (const Instruction& instruction : stage.instructions)
      if (instruction.keyword == keyword) visit(stage, instruction);
}

void for_each_command(
    const Context& context,
    const std::function<void(const Run& run, const ShellCommand& command, std::uint32_t line)>&
        visit) {
  for (const Run& run : context.runs)
    for (std::size_t i = 0; i < run.commands.size(); ++i)
      visit(run, run.commands[i], run.lines[i]);
}

} // namespace portique::inspect::dockerfile
