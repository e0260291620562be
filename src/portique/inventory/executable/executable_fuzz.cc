#include <cstdint>
#include <string>

#include "portique/inventory/executable/executable.h"

namespace portique::inventory {
namespace {

void analyze_as(std::string_view name, base::Bytes bytes) {
  const std::string path = "usr/bin/" + std::string(name);
  analyze_executable({path, bytes}, {});
}

} // namespace
} // namespace portique::inventory

/// The first line is the name that the file has, the rest its content.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using portique::inventory::analyze_as;
  const auto bytes = std::as_bytes(std::span(data, size));
  const std::string_view text = portique::base::as_text(bytes);
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos || line > 100)
    analyze_as("program", bytes);
  else
    analyze_as(text.substr(0, line), bytes.subspan(line + 1));
  return 0;
}
