#pragma once

#include <array>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/lua/lua_rock.h"
#include "portique/inventory/lua/rockspec.h"

namespace portique::inventory {

inline constexpr std::array kLuaCatalogers{
    kLuaRock,
    kRockspec,
};

} // namespace portique::inventory
