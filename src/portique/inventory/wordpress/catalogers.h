#pragma once

#include <array>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/wordpress/wordpress.h"

namespace portique::inventory {

/// WordPress and what is plugged into it.
inline constexpr std::array kWordpressCatalogers{
    kWordpressPlugin,
    kWordpressTheme,
    kWordpressCore,
};

} // namespace portique::inventory
