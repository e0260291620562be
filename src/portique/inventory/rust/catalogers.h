#pragma once

#include <array>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/rust/cargo_lock.h"

namespace portique::inventory {

/// What Cargo writes. Programs are read by the family "executable".
inline constexpr std::array kRustCatalogers{
    kCargoLock,
};

} // namespace portique::inventory
