// CVSS v2, base equation: https://www.first.org/cvss/v2/guide section 3.2.1. All its constants are
// decimal fractions, so it is computed in integers and rounded once, exactly. Temporal and
// environmental metrics are read but do not count.

#include "portique/advisory/cvss_v2.h"

#include <cstdint>

#include "portique/advisory/cvss_vector.h"

namespace portique::advisory {

namespace {

enum Metric : std::uint8_t { kAccessVector, kAccessComplexity, kAuthentication, kC, kI, kA };

constexpr CvssMetric kMetrics[] = {
    {"AV", "L A N", true},
    {"AC", "H M L", true},
    {"Au", "M S N", true},
    {"C", "N P C", true},
    {"I", "N P C", true},
    {"A", "N P C", true},
    {"E", "U POC F H ND"},
    {"RL", "OF TF W U ND"},
    {"RC", "UC UR C ND"},
    {"CDP", "N L LM MH H ND"},
    {"TD", "N L M H ND"},
    {"CR", "L M H ND"},
    {"IR", "L M H ND"},
    {"AR", "L M H ND"},
};

// In thousandths.
constexpr std::int64_t kVectorWeights[] = {395, 646, 1000};
constexpr std::int64_t kComplexityWeights[] = {350, 610, 710};
constexpr std::int64_t kAuthenticationWeights[] = {450, 560, 704};
constexpr std::int64_t kImpactWeights[] = {0, 275, 660};

} // namespace

base::Result<int> cvss_v2_tenths(std::string_view text) {
  const CvssMetrics metrics = PQ_TRY(CvssMetrics::parse(text, kMetrics));
  constexpr std::int64_t kOne = 1'000'000'000; // the unit of a product of three weights
  const std::int64_t spared = (1000 - kImpactWeights[metrics[kC]]) *
                              (1000 - kImpactWeights[metrics[kI]]) *
                              (1000 - kImpactWeights[metrics[kA]]);
  if (spared == kOne) return 0; // f(impact) is 0
  const std::int64_t exploit = kVectorWeights[metrics[kAccessVector]] *
                               kComplexityWeights[metrics[kAccessComplexity]] *
                               kAuthenticationWeights[metrics[kAuthentication]];
  // 0.6 * 10.41 * (1 - spared) + 0.4 * 20 * exploit - 1.5, times 1000 to make the factors whole;
  // then times 1.176, again times 1000.
  const std::int64_t sum = 6246 * (kOne - spared) + 8000 * exploit - 1500 * kOne;
  const std::int64_t score = sum * 1176;
  constexpr std::int64_t kTenth = kOne * 1'000'000 / 10;
  return static_cast<int>((score + kTenth / 2) / kTenth);
}

} // namespace portique::advisory
