#pragma once

// JSON of which every reader makes the same: no name stands twice in one object. Readers differ in
// which of two counts (Go takes the last, others the first), and a gate must not differ from what
// it stands in front of.

#include <string_view>

#include <boost/json.hpp>

#include "portique/base/limits.h"
#include "portique/base/result.h"

namespace portique::access::kubernetes {

/// Code::Malformed for what is no JSON, is nested more than 64 deep or names a member twice;
/// Code::LimitExceeded for too many bytes or values.
base::Result<boost::json::value> parse_review_json(std::string_view text,
                                                   const base::Limits& limits);

} // namespace portique::access::kubernetes
