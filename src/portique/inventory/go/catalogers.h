#pragma once

#include <array>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/go/go_mod.h"

namespace portique::inventory {

/// What the go command writes. Programs are read by the family "executable".
inline constexpr std::array kGoCatalogers{
    kGoMod,
};

} // namespace portique::inventory
