#include <cstdint>
#include <cstdlib>

#include "portique/inventory/python/python_archive.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto found =
      portique::inventory::analyze_python_archive({"opt/a-1.0-py3-none-any.whl", bytes}, {});
  for (const auto& package : found.packages)
    if (package.name.empty() || package.version.empty() || package.type != "pypi") std::abort();
  return 0;
}
