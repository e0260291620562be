#include "portique/advisory/cvss.h"

#include <string>

#include "portique/advisory/cvss_v2.h"
#include "portique/advisory/cvss_v3.h"
#include "portique/advisory/cvss_v4.h"
#include "portique/base/text.h"

namespace portique::advisory {

namespace {

using base::Code;
using base::fail;
using base::Result;
using model::Severity;

// The longest valid vector, v4.0 with every metric, has 210 bytes.
constexpr std::size_t kLongestVector = 512;

// Specification v3.1 section 5 and v4.0 section 6; what they call "None" is negligible.
Severity rating(int tenths) {
  if (tenths == 0) return Severity::Negligible;
  if (tenths < 40) return Severity::Low;
  if (tenths < 70) return Severity::Medium;
  return tenths < 90 ? Severity::High : Severity::Critical;
}

// v2 has no ratings of its own; the NVD's.
Severity rating_v2(int tenths) {
  if (tenths < 40) return Severity::Low;
  return tenths < 70 ? Severity::Medium : Severity::High;
}

struct Version {
  std::string_view prefix;
  std::string_view name;
  Result<int> (*tenths)(std::string_view metrics);
};

constexpr Version kVersions[] = {
    {"CVSS:4.0/", "4.0", cvss_v4_tenths},
    {"CVSS:3.1/", "3.1", cvss_v3_tenths},
    {"CVSS:3.0/", "3.0", cvss_v3_tenths},
};

} // namespace

Result<CvssScore> cvss_score(std::string_view vector) {
  vector = base::trim(vector);
  if (vector.empty()) return fail(Code::Malformed, "the CVSS vector is empty");
  if (vector.size() > kLongestVector) return fail(Code::Malformed, "the CVSS vector is too long");
  for (const Version& version : kVersions) {
    if (!vector.starts_with(version.prefix)) continue;
    const int tenths = PQ_TRY(version.tenths(vector.substr(version.prefix.size())));
    return CvssScore{.version = version.name, .score = tenths / 10.0, .severity = rating(tenths)};
  }
  if (vector.starts_with("CVSS:")) {
    const std::string_view prefix = vector.substr(0, vector.find('/')).substr(0, 20);
    return fail(Code::Malformed, "the CVSS version " + base::printable(prefix) + " is unknown");
  }
  if (vector.starts_with('(') && vector.ends_with(')')) {
    vector.remove_prefix(1);
    vector.remove_suffix(1);
  }
  const int tenths = PQ_TRY(cvss_v2_tenths(vector));
  return CvssScore{.version = "2.0", .score = tenths / 10.0, .severity = rating_v2(tenths)};
}

} // namespace portique::advisory
