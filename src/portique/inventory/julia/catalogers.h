#pragma once

#include <array>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/julia/julia_manifest.h"

namespace portique::inventory {

inline constexpr std::array kJuliaCatalogers{
    kJuliaManifest,
};

} // namespace portique::inventory
