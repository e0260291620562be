#pragma once

// Base scores from CVSS vectors: v2, v3.0, v3.1 and v4.0 as FIRST specifies them.

#include <string_view>

#include "portique/base/result.h"
#include "portique/model/severity.h"

namespace portique::advisory {

struct CvssScore {
  std::string_view version; ///< "2.0", "3.0", "3.1", "4.0"; static
  double score = 0;         ///< 0.0 to 10.0, one decimal: base score (v4: with the threat and
                    ///< environmental metrics the vector gives, as the specification has it)
  model::Severity severity = model::Severity::Unknown; ///< the specification's qualitative rating;
                                                       ///< v2 by NVD's bands
};

/// Any version, told by the prefix ("CVSS:3.1/", "CVSS:4.0/"; none is v2, parentheses allowed).
/// Code::Malformed says which metric is missing, unknown or twice.
base::Result<CvssScore> cvss_score(std::string_view vector);

} // namespace portique::advisory
