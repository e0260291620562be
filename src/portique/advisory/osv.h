#pragma once

#include <string_view>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/model/advisory.h"

namespace portique::advisory {

/// Reads one OSV record (schema 1.7, https://ossf.github.io/osv-schema/). Unknown members are
/// passed over; a record without id or `modified`, of the wrong shape, or over the limits is
/// refused.
base::Result<model::Advisory> parse_osv(std::string_view json, const base::Limits& limits);

} // namespace portique::advisory
