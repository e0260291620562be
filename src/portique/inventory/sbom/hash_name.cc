#include "portique/inventory/sbom/hash_name.h"

#include <algorithm>

#include "portique/base/text.h"

namespace portique::inventory {

std::string hash_text(std::string_view algorithm, std::string_view value) {
  const auto is_hex = [](char c) {
    return base::is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  if (algorithm.empty() || value.empty() || !std::ranges::all_of(value, is_hex)) return {};
  std::string name = base::to_lower(algorithm);
  if (name.starts_with("sha-")) name.erase(3, 1);
  return name + ":" + base::to_lower(value);
}

} // namespace portique::inventory
