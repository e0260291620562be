// As every configuration file, and instructions lie in the text.
#include "portique/inspect/config_files/config_fuzz_frame.h"
#include "portique/inspect/dockerfile/dockerfile.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace inspect = portique::inspect;
  inspect::fuzz_config_file("Dockerfile", data, size);
  const std::string text(reinterpret_cast<const char*>(data), size);
  const inspect::SourceTextView source(text);
  const auto parsed = inspect::dockerfile::parse_dockerfile(text, portique::base::Limits());
  if (!parsed) return 0;
  for (const auto& stage : parsed->stages)
    for (const auto& instruction : stage.instructions)
      if (instruction.lines.first == 0 || instruction.lines.last < instruction.lines.first ||
          instruction.lines.last > source.line_count() + 1)
        std::abort();
  return 0;
}
