// Any text is refused or gives instructions that lie in it, and every check ends.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "portique/inspect/config_files/check_files.h"
#include "portique/inspect/config_files/rules.h"
#include "portique/inspect/dockerfile/dockerfile.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace inspect = portique::inspect;
  const std::string text(reinterpret_cast<const char*>(data), size);
  portique::base::Limits limits;
  limits.config_findings = 2000;
  const inspect::ConfigFile file{"Dockerfile", text};
  const auto found =
      inspect::check_config_files(std::span(&file, 1), {.now = {}, .limits = limits});
  const inspect::SourceTextView source(text);
  for (const inspect::Hit& hit : found.hits)
    if (hit.lines.first == 0 || hit.lines.last < hit.lines.first ||
        hit.lines.first > source.line_count() + 1 || inspect::find_rule(hit.rule) == nullptr)
      std::abort();
  const auto parsed = inspect::dockerfile::parse_dockerfile(text, limits);
  if (!parsed) return 0;
  for (const auto& stage : parsed->stages)
    for (const auto& instruction : stage.instructions)
      if (instruction.lines.first == 0 || instruction.lines.last < instruction.lines.first ||
          instruction.lines.last > source.line_count() + 1)
        std::abort();
  return 0;
}
