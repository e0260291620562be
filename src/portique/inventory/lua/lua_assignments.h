#pragma once

// What a Lua file sets at its top level, as far as it is written out: rockspecs are programs, but
// nearly all of them are nothing but assignments of texts and tables.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/result.h"

namespace portique::inventory {

struct LuaValue {
  enum class Kind : std::uint8_t {
    Other, ///< a number, a call, a variable that is not known, ...
    Text,
    Table,
  };

  Kind kind = Kind::Other;
  std::string key;  ///< of a field; "" for items of a list
  std::string text; ///< texts put together, escapes as they are written
  std::vector<LuaValue> fields;

  /// The field, or nullptr.
  [[nodiscard]] const LuaValue* find(std::string_view wanted) const;
};

/// One table with what is assigned, in their order; variables count among it. What is no
/// assignment is passed over. Code::LimitExceeded beyond 100,000 values or 32 levels of tables,
/// Code::Malformed if the text ends inside of a text or table.
base::Result<LuaValue> read_lua_assignments(std::string_view text);

} // namespace portique::inventory
