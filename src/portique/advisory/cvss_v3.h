#pragma once

#include <string_view>

#include "portique/base/result.h"

namespace portique::advisory {

/// Score in tenths (0 to 100) of the metrics of a vector of CVSS v3.0 and v3.1, whose base scores
/// are the same, given without its prefix.
base::Result<int> cvss_v3_tenths(std::string_view metrics);

} // namespace portique::advisory
