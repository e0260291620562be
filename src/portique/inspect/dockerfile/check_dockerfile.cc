#include "portique/inspect/dockerfile/check_dockerfile.h"

#include <array>
#include <span>

#include "portique/inspect/dockerfile/check_context.h"

namespace portique::inspect::dockerfile {

namespace {

std::array<std::span<const Check>, 3> all_checks() {
  return {image_checks(), package_checks(), command_checks()};
}

bool holds(const Instruction& instruction, std::uint32_t line) {
  return instruction.lines.first <= line && line <= instruction.lines.last;
}

} // namespace

void run_checks(const Dockerfile& file, Hits& hits) {
  const Context context = context_of(file);
  for (const std::span<const Check> checks : all_checks())
    for (const Check& check : checks) {
      hits.set_rule(check.id);
      check.run(context, hits);
    }
}

std::vector<std::string_view> check_ids() {
  std::vector<std::string_view> ids;
  for (const std::span<const Check> checks : all_checks())
    for (const Check& check : checks)
      ids.push_back(check.id);
  return ids;
}

model::LineRange instruction_lines(const Dockerfile& file, std::uint32_t line) {
  for (const Instruction& instruction : file.arguments)
    if (holds(instruction, line)) return instruction.lines;
  for (const Stage& stage : file.stages) {
    if (holds(stage.from, line)) return stage.from.lines;
    for (const Instruction& instruction : stage.instructions)
      if (holds(instruction, line)) return instruction.lines;
  }
  return {line, line};
}

} // namespace portique::inspect::dockerfile
