#pragma once

#include <string_view>

#include "portique/base/result.h"
#include "portique/model/purl.h"

namespace portique::model {

/// Reads a package URL, percent-decoded and normalised by its type; qualifiers sorted, those
/// without a value left out. What the type demands beyond that is check_purl_type()'s. The outcome
/// is UTF-8. Code::Malformed says what is wrong.
base::Result<Purl> parse_purl(std::string_view text);

} // namespace portique::model
