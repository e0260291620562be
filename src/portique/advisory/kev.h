#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::advisory {

/// CISA's catalogue of known exploited vulnerabilities, as its JSON feed gives it.
struct KevCatalogue {
  std::optional<base::Time> released;
  std::vector<std::string> cves;
};

base::Result<KevCatalogue> parse_kev(std::string_view json);

} // namespace portique::advisory
