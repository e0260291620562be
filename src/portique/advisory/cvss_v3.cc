// CVSS v3.0 and v3.1, base equations: https://www.first.org/cvss/v3.1/specification-document
// section 7.1, and for rounding its appendix A, which v3.1 made precise and which gives v3.0 the
// scores that were meant. Temporal and environmental metrics are read but do not count.

#include "portique/advisory/cvss_v3.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "portique/advisory/cvss_vector.h"

namespace portique::advisory {

namespace {

enum Metric : std::uint8_t {
  kAttackVector,
  kAttackComplexity,
  kPrivileges,
  kInteraction,
  kScope,
  kC,
  kI,
  kA
};

constexpr CvssMetric kMetrics[] = {
    {"AV", "N A L P", true}, {"AC", "L H", true},  {"PR", "N L H", true}, {"UI", "N R", true},
    {"S", "U C", true},      {"C", "N L H", true}, {"I", "N L H", true},  {"A", "N L H", true},
    {"E", "X U P F H"},      {"RL", "X O T W U"},  {"RC", "X U R C"},     {"CR", "X L M H"},
    {"IR", "X L M H"},       {"AR", "X L M H"},    {"MAV", "X N A L P"},  {"MAC", "X L H"},
    {"MPR", "X N L H"},      {"MUI", "X N R"},     {"MS", "X U C"},       {"MC", "X N L H"},
    {"MI", "X N L H"},       {"MA", "X N L H"},
};

constexpr double kVectorWeights[] = {0.85, 0.62, 0.55, 0.2};
constexpr double kComplexityWeights[] = {0.77, 0.44};
constexpr double kPrivilegeWeights[2][3] = {{0.85, 0.62, 0.27}, {0.85, 0.68, 0.5}}; // by scope
constexpr double kInteractionWeights[] = {0.85, 0.62};
constexpr double kImpactWeights[] = {0, 0.22, 0.56};

// The smallest number of tenths that is not below the score, to within a hundred-thousandth.
int round_up_to_tenths(double score) {
  const auto hundred_thousandths = static_cast<int>(std::lround(score * 100'000));
  return (hundred_thousandths + 9'999) / 10'000;
}

} // namespace

base::Result<int> cvss_v3_tenths(std::string_view text) {
  const CvssMetrics metrics = PQ_TRY(CvssMetrics::parse(text, kMetrics));
  const bool changed = metrics[kScope] == 1;
  const double impact_base = 1 - (1 - kImpactWeights[metrics[kC]]) *
                                     (1 - kImpactWeights[metrics[kI]]) *
                                     (1 - kImpactWeights[metrics[kA]]);
  const double impact = changed
                            ? 7.52 * (impact_base - 0.029) - 3.25 * std::pow(impact_base - 0.02, 15)
                            : 6.42 * impact_base;
  if (impact <= 0) return 0;
  const double exploitability = 8.22 * kVectorWeights[metrics[kAttackVector]] *
                                kComplexityWeights[metrics[kAttackComplexity]] *
                                kPrivilegeWeights[changed ? 1 : 0][metrics[kPrivileges]] *
                                kInteractionWeights[metrics[kInteraction]];
  const double sum = (impact + exploitability) * (changed ? 1.08 : 1);
  return round_up_to_tenths(std::min(sum, 10.0));
}

} // namespace portique::advisory
