#pragma once

#include <array>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/executable/executable.h"
#include "portique/inventory/executable/version_file.h"

namespace portique::inventory {

/// Programs and libraries, whoever brought them.
inline constexpr std::array kExecutableCatalogers{
    kExecutable,
    kVersionFile,
};

} // namespace portique::inventory
