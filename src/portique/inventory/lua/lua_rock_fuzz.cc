#include <cstdint>
#include <cstdlib>
#include <span>

#include "portique/inventory/lua/lua_rock.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto found = portique::inventory::analyze_lua_rock(
      {"usr/lib/luarocks/rocks-5.1/x/1.0-1/x-1.0-1.rockspec", bytes}, {});
  for (const auto& package : found.packages)
    if (package.name.empty() || package.version.empty() || package.type != "luarocks") std::abort();
  return 0;
}
