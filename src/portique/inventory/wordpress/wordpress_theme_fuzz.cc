#include <cstdint>
#include <cstdlib>

#include "portique/inventory/wordpress/wordpress.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto found =
      portique::inventory::analyze_wordpress_theme({"wp-content/themes/a/style.css", bytes}, {});
  for (const auto& package : found.packages)
    if (package.name.empty() || package.version.empty()) std::abort();
  return 0;
}
