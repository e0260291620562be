#include "portique/inventory/rust/crate.h"

#include "portique/base/text.h"

namespace portique::inventory {

std::optional<model::Package> crate(std::string_view name, std::string_view version) {
  // crates.io allows 64 characters in names; versions that long were never seen.
  constexpr std::size_t kLongest = 256;
  if (!base::is_word(name) || !base::is_word(version)) return std::nullopt;
  if (name.size() > kLongest || version.size() > kLongest) return std::nullopt;
  return model::Package{
      .type = "cargo", .name = std::string(name), .version = std::string(version)};
}

} // namespace portique::inventory
