// Any text is refused or gives an object that nests no deeper than was promised.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "portique/base/toml.h"

namespace {

void check(const boost::json::value& value, std::size_t depth) {
  if (depth > 66) std::abort();
  if (const auto* object = value.if_object())
    for (const auto& member : *object)
      check(member.value(), depth + 1);
  if (const auto* array = value.if_array())
    for (const auto& item : *array)
      check(item, depth + 1);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = portique::base::parse_toml(text, {});
  if (!value) return 0;
  if (!value->is_object()) std::abort();
  check(*value, 0);
  return 0;
}
