#pragma once

#include <array>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/dart/pubspec_lock.h"

namespace portique::inventory {

inline constexpr std::array kDartCatalogers{
    kPubspecLock,
};

} // namespace portique::inventory
