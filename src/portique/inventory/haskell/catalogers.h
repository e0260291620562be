#pragma once

#include <array>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/haskell/cabal_freeze.h"
#include "portique/inventory/haskell/stack_lock.h"

namespace portique::inventory {

inline constexpr std::array kHaskellCatalogers{
    kStackLock,
    kCabalFreeze,
};

} // namespace portique::inventory
