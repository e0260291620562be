#pragma once

#include <string_view>

#include "portique/base/result.h"

namespace portique::advisory {

/// Score in tenths (0 to 100) of the metrics of a vector of CVSS v2, given without its prefix.
base::Result<int> cvss_v2_tenths(std::string_view metrics);

} // namespace portique::advisory
