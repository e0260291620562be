#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::advisory {

struct EpssSummary {
  std::optional<base::Time> scored; ///< score_date of the model's comment line
  std::uint64_t records = 0;
};

/// Reads FIRST's EPSS scores: a comment line with the model's date, a header line, then lines of
/// "CVE,score,percentile". Code::Malformed names the first line that is none.
base::Result<EpssSummary>
parse_epss(std::string_view csv,
           const std::function<void(std::string_view cve, double score, double percentile)>& each);

} // namespace portique::advisory
