#pragma once

// What the purl specification demands of each package type, beyond what holds for all.

#include <cstdint>
#include <string_view>

#include "portique/base/result.h"
#include "portique/model/purl.h"

namespace portique::model {

/// The letters that the type does not tell apart become small ones, and what else the type demands
/// of a canonical purl; the type itself becomes lower case. Types that are not known stay.
void normalise(Purl& purl);

/// Whether the purl has the parts that its type demands, and none that it forbids. A purl that is
/// not: Code::Malformed; it may still name a package, for tools write such.
base::Result<void> check_purl_type(const Purl& purl);

} // namespace portique::model
