#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// The rockspec of an installed rock; the folders that it lies in are named after its name and
/// version.
Analysis analyze_lua_rock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 2> kLuaRockEndings{"rocks-*/*/*/*.rockspec",
                                                                 "rocks/*/*/*.rockspec"};

inline constexpr Cataloger kLuaRock{
    .id = "lua-rock",
    .version = 1,
    .files = "`rocks-*/*/*/*.rockspec`, `rocks/*/*/*.rockspec` (LuaRocks)",
    .gives = "installed rocks with licences and the names of their dependencies",
    .locations = {},
    .endings = kLuaRockEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_lua_rock,
};

} // namespace portique::inventory
