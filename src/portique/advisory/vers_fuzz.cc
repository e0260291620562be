// Any text is refused or is a range that can be asked about any version, in every order.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "portique/advisory/vers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = text.find('\n');
  const auto vers = portique::advisory::parse_vers(text.substr(0, line));
  if (!vers) return 0;
  const std::string_view version = line == std::string_view::npos ? "1.2.3" : text.substr(line + 1);
  for (const auto& order : portique::version::schemes()) {
    const bool inside = vers->contains(version, order);
    if (vers->all && !inside) std::abort();
    if (inside && !vers->all && !order.valid(version)) std::abort();
  }
  return 0;
}
