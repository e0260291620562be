// setuptools' parse_version() as packaging up to 21.3 kept it (LegacyVersion): the text is cut into
// numbers, words, dots and dashes. Numbers are compared by value, words as texts below numbers, and
// the end of a version lies between the words of pre-releases and all others.

#include "portique/version/pep440_legacy.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "portique/base/text.h"

namespace portique::version {

namespace {

constexpr std::string_view kFinal = "*final";
constexpr std::string_view kDash = "*final-";
constexpr std::string_view kZero = "00000000";

/// A run of digits, a run of letters, a dot, a dash, or what stands between them.
std::string_view take_piece(std::string_view& rest) {
  const auto kind = [](char c) {
    return base::is_digit(c) ? 0 : base::is_alpha(c) ? 1 : c == '.' ? 2 : c == '-' ? 3 : 4;
  };
  const int first = kind(rest.front());
  std::size_t length = 1;
  while (first != 2 && first != 3 && length < rest.size() && kind(rest[length]) == first)
    ++length;
  const std::string_view piece = rest.substr(0, length);
  rest.remove_prefix(length);
  return piece;
}

std::string part_of(std::string_view piece) {
  struct Word {
    std::string_view written;
    std::string_view meant;
  };

  constexpr std::array kWords{Word{"pre", "c"},
                              Word{"preview", "c"},
                              Word{"-", "final-"},
                              Word{"rc", "c"},
                              Word{"dev", "@"}};
  if (base::is_digit(piece.front()))
    return std::string(kZero.size() - std::min(kZero.size(), piece.size()), '0') +
           std::string(piece);
  const auto* word = std::ranges::find(kWords, piece, &Word::written);
  return "*" + std::string(word == kWords.end() ? piece : word->meant);
}

std::vector<std::string> parts_of(std::string_view version) {
  const std::string lower = base::to_lower(version);
  std::vector<std::string> parts;
  const auto add = [&](std::string part) {
    if (part.starts_with('*')) {
      // "1.0-rc" is the pre-release of "1.0", however it is set off; "1.0.0" is "1".
      if (part < kFinal)
        while (!parts.empty() && parts.back() == kDash)
          parts.pop_back();
      while (!parts.empty() && parts.back() == kZero)
        parts.pop_back();
    }
    parts.push_back(std::move(part));
  };
  std::string_view rest = lower;
  while (!rest.empty()) {
    const std::string_view piece = take_piece(rest);
    if (piece != ".") add(part_of(piece));
  }
  add(std::string(kFinal));
  return parts;
}

} // namespace

std::strong_ordering compare_legacy_pep440(std::string_view a, std::string_view b) {
  const auto left = parts_of(a);
  const auto right = parts_of(b);
  return std::lexicographical_compare_three_way(
      left.begin(), left.end(), right.begin(), right.end(), [](const auto& x, const auto& y) {
        return x.compare(y) <=> 0;
      });
}

} // namespace portique::version
