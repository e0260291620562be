#include <cstdint>
#include <cstdlib>
#include <span>

#include "portique/inventory/r/r_installed.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto found =
      portique::inventory::analyze_r_installed({"usr/lib/R/site-library/x/DESCRIPTION", bytes}, {});
  for (const auto& package : found.packages)
    if (package.name.empty() || package.version.empty() ||
        (package.type != "cran" && package.type != "bioconductor"))
      std::abort();
  return 0;
}
