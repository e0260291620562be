#include <cstddef>
#include <cstdint>
#include <string_view>

#include "portique/inspect/secrets/rule_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)portique::inspect::parse_gitleaks(text, {});
  return 0;
}
