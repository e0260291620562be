#pragma once

#include <array>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/r/r_installed.h"
#include "portique/inventory/r/renv_lock.h"

namespace portique::inventory {

inline constexpr std::array kRCatalogers{
    kRInstalled,
    kRenvLock,
};

} // namespace portique::inventory
