// CVSS v4.0: https://www.first.org/cvss/v4.0/specification-document section 8.
//
// The metrics fall into six equivalence classes (EQ), each with two or three levels; the levels
// together are the MacroVector, whose score stands in a table that experts made. Inside a
// MacroVector the score is interpolated: for each EQ, the share of its depth by which the vector
// lies below the most severe one of the MacroVector, times the gap to the score of the MacroVector
// one level below; the mean over those EQs that have a level below is taken off.
//
// A metric's severity is counted in steps from the worst value. The most severe vectors of a level
// all have the same sum of steps, so that the distance of a vector is a difference of two sums. All
// numbers are integers with a common denominator, and the one rounding is exact (half goes up).
//
// The threat and environmental metrics that the vector gives count, the supplemental ones do not.

#include "portique/advisory/cvss_v4.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "portique/advisory/cvss_vector.h"

namespace portique::advisory {

namespace {

// The values of each metric stand from the worst to the mildest, after X ("not defined").
constexpr CvssMetric kMetrics[] = {
    {"AV", "N A L P", true}, {"AC", "L H", true},
    {"AT", "N P", true},     {"PR", "N L H", true},
    {"UI", "N P A", true},   {"VC", "H L N", true},
    {"VI", "H L N", true},   {"VA", "H L N", true},
    {"SC", "H L N", true},   {"SI", "H L N", true},
    {"SA", "H L N", true},   {"MAV", "X N A L P"},
    {"MAC", "X L H"},        {"MAT", "X N P"},
    {"MPR", "X N L H"},      {"MUI", "X N P A"},
    {"MVC", "X H L N"},      {"MVI", "X H L N"},
    {"MVA", "X H L N"},      {"MSC", "X H L N"},
    {"MSI", "X S H L N"},    {"MSA", "X S H L N"},
    {"E", "X A P U"},        {"CR", "X H M L"},
    {"IR", "X H M L"},       {"AR", "X H M L"},
    {"S", "X N P"},          {"AU", "X N Y"},
    {"R", "X A U I"},        {"V", "X D C"},
    {"RE", "X L M H"},       {"U", "X Clear Green Amber Red"},
};
static_assert(std::size(kMetrics) <= CvssMetrics::kMost);

enum Metric : std::uint8_t { kAV, kAC, kAT, kPR, kUI, kVC, kVI, kVA, kSC, kSI, kSA, kMAV };

constexpr std::size_t kE = 22;
constexpr std::size_t kCR = 23;
static_assert(kMetrics[kMAV].name == "MAV" && kMetrics[kE].name == "E" &&
              kMetrics[kCR].name == "CR");

// Steps from the worst value of every metric that counts, modified values in place.
struct Steps {
  std::array<int, kMAV> base{}; ///< by Metric; of SC, SI and SA one step is Safety, which is worse
  std::array<int, 3> requirement{}; ///< CR, IR, AR
  int exploit = 0;                  ///< E

  explicit Steps(const CvssMetrics& metrics) {
    for (std::size_t i = 0; i < kMAV; ++i) {
      const bool subsequent = i >= kSC;
      const auto modified = static_cast<int>(metrics[kMAV + i]);
      const int worst = subsequent ? 1 : 0;
      // MSI and MSA list S before H; MSC has no S.
      const int of_modified = modified - 1 + (i == kSC ? 1 : 0);
      base[i] = modified == 0 ? static_cast<int>(metrics[i]) + worst : of_modified;
    }
    const auto not_defined_is_worst = [&](std::size_t metric) {
      return std::max(static_cast<int>(metrics[metric]) - 1, 0);
    };
    exploit = not_defined_is_worst(kE);
    for (std::size_t i = 0; i < 3; ++i)
      requirement[i] = not_defined_is_worst(kCR + i);
  }

  [[nodiscard]] bool without_impact() const {
    return std::ranges::all_of(std::array{kVC, kVI, kVA}, [&](Metric m) { return base[m] == 2; }) &&
           std::ranges::all_of(std::array{kSC, kSI, kSA}, [&](Metric m) { return base[m] == 3; });
  }
};

// Levels of the EQs. EQ3 and EQ6 depend on each other and go together, as "vulnerable": of the six
// pairs (EQ3, EQ6), (2, 0) cannot be; the others are numbered in order.
struct MacroVector {
  int exploitability = 0; ///< EQ1
  int complexity = 0;     ///< EQ2
  int vulnerable = 0;     ///< EQ3 and EQ6: 00, 01, 10, 11, 21
  int subsequent = 0;     ///< EQ4
  int exploit = 0;        ///< EQ5
};

MacroVector macro_vector_of(const Steps& steps) {
  const auto& s = steps.base;
  MacroVector macro;
  if (s[kAV] + s[kPR] + s[kUI] > 0) {
    const bool one_is_open = s[kAV] == 0 || s[kPR] == 0 || s[kUI] == 0;
    macro.exploitability = one_is_open && s[kAV] != 3 ? 1 : 2;
  }
  macro.complexity = s[kAC] + s[kAT] > 0 ? 1 : 0;

  const bool both_high = s[kVC] == 0 && s[kVI] == 0;
  const bool one_high = s[kVC] == 0 || s[kVI] == 0 || s[kVA] == 0;
  const bool required = (s[kVC] == 0 && steps.requirement[0] == 0) ||
                        (s[kVI] == 0 && steps.requirement[1] == 0) ||
                        (s[kVA] == 0 && steps.requirement[2] == 0);
  macro.vulnerable = one_high ? (both_high ? 0 : 2) + (required ? 0 : 1) : 4;

  const int worst = std::min({s[kSC], s[kSI], s[kSA]});
  macro.subsequent = std::min(worst, 2);
  macro.exploit = steps.exploit;
  return macro;
}

// Scores in tenths by EQ1, EQ2 and EQ3+6 (rows), EQ4 and EQ5 (columns).
// clang-format off
constexpr std::uint8_t kScores[30][9] = {
    {100,  98,  95, 100,  93,  91,  93,  89,  81}, // 0 0 00
    { 99,  95,  92,  96,  87,  81,  90,  80,  68}, // 0 0 01
    { 98,  95,  90,  93,  89,  81,  88,  78,  69}, // 0 0 10
    { 95,  92,  84,  92,  81,  65,  80,  70,  48}, // 0 0 11
    { 92,  82,  72,  79,  69,  50,  69,  55,  27}, // 0 0 21
    { 99,  95,  92,  95,  90,  84,  92,  82,  72}, // 0 1 00
    { 97,  92,  85,  91,  83,  71,  81,  71,  53}, // 0 1 01
    { 95,  92,  85,  92,  80,  70,  84,  71,  50}, // 0 1 10
    { 93,  85,  73,  82,  72,  59,  70,  52,  30}, // 0 1 11
    { 86,  75,  52,  71,  52,  29,  63,  29,  17}, // 0 1 21
    { 98,  94,  91,  94,  86,  77,  87,  74,  63}, // 1 0 00
    { 95,  87,  81,  89,  74,  64,  75,  63,  49}, // 1 0 01
    { 94,  88,  76,  86,  74,  59,  72,  57,  52}, // 1 0 10
    { 89,  77,  67,  76,  58,  50,  57,  52,  25}, // 1 0 11
    { 83,  70,  54,  65,  58,  26,  53,  21,  13}, // 1 0 21
    { 95,  88,  76,  90,  75,  61,  77,  68,  52}, // 1 1 00
    { 90,  76,  70,  77,  62,  53,  66,  59,  30}, // 1 1 01
    { 89,  76,  62,  74,  57,  47,  61,  57,  24}, // 1 1 10
    { 78,  67,  58,  59,  57,  23,  52,  29,  16}, // 1 1 11
    { 71,  59,  30,  58,  26,  15,  23,  13,   6}, // 1 1 21
    { 93,  86,  75,  86,  74,  56,  70,  52,  40}, // 2 0 00
    { 87,  72,  58,  74,  61,  34,  54,  40,  22}, // 2 0 01
    { 85,  74,  62,  72,  55,  46,  53,  34,  19}, // 2 0 10
    { 75,  55,  51,  57,  41,  19,  36,  19,   8}, // 2 0 11
    { 64,  51,  20,  47,  21,  11,  24,   9,   4}, // 2 0 21
    { 88,  73,  60,  73,  59,  41,  54,  45,  20}, // 2 1 00
    { 75,  53,  50,  55,  40,  20,  43,  22,  11}, // 2 1 01
    { 75,  58,  40,  61,  48,  20,  46,  17,   8}, // 2 1 10
    { 55,  45,  21,  51,  18,   9,  18,   7,   2}, // 2 1 11
    { 53,  24,  14,  24,  12,   5,  10,   3,   1}, // 2 1 21
};
// clang-format on

int macro_score(const MacroVector& m) {
  const int row = (m.exploitability * 2 + m.complexity) * 5 + m.vulnerable;
  return kScores[row][m.subsequent * 3 + m.exploit];
}

// By level: the steps of its most severe vectors, and its depth.
struct Level {
  int steps;
  int depth;
};

constexpr Level kExploitability[] = {{0, 1}, {1, 4}, {3, 5}};
constexpr Level kComplexity[] = {{0, 1}, {1, 2}};
constexpr Level kVulnerable[] = {{0, 7}, {3, 6}, {1, 8}, {3, 8}, {3, 10}};
constexpr Level kSubsequent[] = {{1, 6}, {3, 5}, {6, 4}};

// What an EQ contributes: the gap to the level below, and how far down the vector is.
class Interpolation {
public:
  explicit Interpolation(int score) : score_(score) {}

  void add(int lower_score, int steps, Level level) {
    sum_ += (score_ - lower_score) * (steps - level.steps) * (kCommon / level.depth);
    ++count_;
  }

  /// An EQ whose levels have one vector only.
  void add_without_depth() { ++count_; }

  [[nodiscard]] int tenths() const {
    if (count_ == 0) return score_;
    const int unit = kCommon * count_;
    return std::clamp((score_ * unit - sum_ + unit / 2) / unit, 0, 100);
  }

private:
  static constexpr int kCommon = 840; ///< a multiple of every depth

  int score_;
  int sum_ = 0;
  int count_ = 0;
};

// Highest score of the MacroVectors that lie one level below in EQ3 and EQ6 together.
int score_below_vulnerable(MacroVector macro) {
  const int level = macro.vulnerable;
  const auto score_at = [&](int lower) {
    macro.vulnerable = lower;
    return macro_score(macro);
  };
  if (level == 0) return std::max(score_at(1), score_at(2));
  return score_at(level == 1 ? 3 : level + 1);
}

} // namespace

base::Result<int> cvss_v4_tenths(std::string_view text) {
  const CvssMetrics metrics = PQ_TRY(CvssMetrics::parse(text, kMetrics));
  const Steps steps(metrics);
  if (steps.without_impact()) return 0;
  const auto& s = steps.base;
  const auto& required = steps.requirement;
  const MacroVector macro = macro_vector_of(steps);
  Interpolation score(macro_score(macro));
  const auto score_below = [&](int MacroVector::* eq) {
    MacroVector lower = macro;
    ++(lower.*eq);
    return macro_score(lower);
  };
  if (macro.exploitability < 2) {
    score.add(score_below(&MacroVector::exploitability),
              s[kAV] + s[kPR] + s[kUI],
              kExploitability[macro.exploitability]);
  }
  if (macro.complexity < 1) {
    score.add(
        score_below(&MacroVector::complexity), s[kAC] + s[kAT], kComplexity[macro.complexity]);
  }
  if (macro.vulnerable < 4) {
    score.add(score_below_vulnerable(macro),
              s[kVC] + s[kVI] + s[kVA] + required[0] + required[1] + required[2],
              kVulnerable[macro.vulnerable]);
  }
  if (macro.subsequent < 2) {
    score.add(score_below(&MacroVector::subsequent),
              s[kSC] + s[kSI] + s[kSA],
              kSubsequent[macro.subsequent]);
  }
  if (macro.exploit < 2) score.add_without_depth();
  return score.tenths();
}

} // namespace portique::advisory
