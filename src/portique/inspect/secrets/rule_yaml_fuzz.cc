#include <cstddef>
#include <cstdint>
#include <string_view>

#include "portique/inspect/secrets/rule_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<portique::inspect::RuleExamples> examples;
  (void)portique::inspect::parse_rule_yaml(text, {}, &examples);
  return 0;
}
