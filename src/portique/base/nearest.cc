#include "portique/base/nearest.h"

#include <algorithm>
#include <vector>

namespace portique::base {

namespace {

/// Damerau-Levenshtein distance (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j)
    cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

} // namespace

std::string nearest(std::string_view typed, std::span<const std::string> known) {
  constexpr std::size_t kLongest = 64; // nobody slips in words longer than that
  std::string best;
  std::size_t best_distance = typed.size() / 3 + 1;
  if (typed.size() > kLongest) return best;
  for (const std::string& word : known) {
    const std::size_t d = distance(typed, word);
    if (d > best_distance || (d == best_distance && !best.empty())) continue;
    best_distance = d;
    best = word;
  }
  return best;
}

} // namespace portique::base
