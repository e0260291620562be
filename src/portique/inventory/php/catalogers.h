#pragma once

#include <array>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/php/composer.h"

namespace portique::inventory {

inline constexpr std::array kPhpCatalogers{kComposerInstalled, kComposerLock};

} // namespace portique::inventory
