#pragma once

#include <optional>
#include <string_view>

#include "portique/model/package.h"

namespace portique::inventory {

/// The package of a crate; nothing if it has no name or version, or one that cannot be.
std::optional<model::Package> crate(std::string_view name, std::string_view version);

} // namespace portique::inventory
