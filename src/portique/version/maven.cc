// org.apache.maven.artifact.versioning.ComparableVersion, whose class comment is the specification:
// https://maven.apache.org/pom.html#version-order-specification. A version is a list of numbers and
// words; a hyphen, and a change between digits and letters, begins a list inside the list, behind
// which nothing more comes in the outer one. So a version is a chain of levels.

#include "portique/version/maven.h"

#include <algorithm>
#include <array>

#include <boost/container/small_vector.hpp>

#include "portique/base/text.h"
#include "portique/version/digits.h"

namespace portique::version {

namespace {

/// "" is the release itself.
constexpr std::array<std::string_view, 7> kQualifiers{
    "alpha", "beta", "milestone", "rc", "snapshot", "", "sp"};
constexpr std::size_t kRelease = 5;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equals(std::string_view text, std::string_view word) {
  return std::ranges::equal(text, word, {}, lower);
}

struct Item {
  std::string_view text;
  bool number = false;
  std::size_t qualifier = kRelease; ///< index, kQualifiers.size() for any other word
};

Item number(std::string_view digits) {
  return {without_leading_zeros(digits), true, kRelease};
}

Item word(std::string_view text, bool before_digit) {
  Item item{text, false, kQualifiers.size()};
  const auto is = [&](std::string_view name) { return equals(text, name); };
  if (before_digit && is("a"))
    item.qualifier = 0;
  else if (before_digit && is("b"))
    item.qualifier = 1;
  else if (before_digit && is("m"))
    item.qualifier = 2;
  else if (is("cr"))
    item.qualifier = 3;
  else if (is("ga") || is("final") || is("release"))
    item.qualifier = kRelease;
  else
    for (std::size_t i = 0; i < kQualifiers.size(); ++i)
      if (is(kQualifiers[i])) item.qualifier = i;
  return item;
}

/// Whether it counts as nothing at the end of a level.
bool is_null(const Item& item) {
  return item.number ? item.text.empty() : item.qualifier == kRelease;
}

struct Level {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The levels of a version, each a range of items, without what counts as nothing.
class Levels {
public:
  explicit Levels(std::string_view version) {
    parse(version);
    for (Level& level : levels_)
      while (level.end > level.begin && is_null(items_[level.end - 1]))
        --level.end;
    while (!levels_.empty() && levels_.back().begin == levels_.back().end)
      levels_.pop_back();
  }

  [[nodiscard]] bool has(std::size_t level) const { return level < levels_.size(); }

  [[nodiscard]] std::size_t size(std::size_t level) const {
    return levels_[level].end - levels_[level].begin;
  }

  [[nodiscard]] const Item& item(std::size_t level, std::size_t at) const {
    return items_[levels_[level].begin + at];
  }

private:
  void parse(std::string_view text) {
    levels_.push_back({});
    bool digits = false;
    std::size_t start = 0;
    const auto add = [&](std::size_t end) {
      const std::string_view piece = text.substr(start, end - start);
      if (piece.empty())
        items_.push_back(number({}));
      else
        items_.push_back(digits ? number(piece) : word(piece, false));
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '.' || c == '-') {
        add(i);
        start = i + 1;
        if (c == '-') descend();
      } else if (base::is_digit(c)) {
        if (!digits && i > start) {
          descend_from_items();
          items_.push_back(word(text.substr(start, i - start), true));
          start = i;
          descend();
        }
        digits = true;
      } else {
        if (digits && i > start) {
          add(i);
          start = i;
          descend();
        }
        digits = false;
      }
    }
    if (start < text.size()) {
      if (!digits) descend_from_items();
      add(text.size());
    }
    levels_.back().end = items_.size();
  }

  /// ".x" is read as "-x" where x is a word at the end or before a digit.
  void descend_from_items() {
    if (items_.size() > levels_.back().begin) descend();
  }

  void descend() {
    levels_.back().end = items_.size();
    levels_.push_back({items_.size(), items_.size()});
  }

  boost::container::small_vector<Item, 16> items_;
  boost::container::small_vector<Level, 8> levels_;
};

std::strong_ordering compare_words(const Item& a, const Item& b) {
  if (a.qualifier != b.qualifier) return a.qualifier <=> b.qualifier;
  if (a.qualifier < kQualifiers.size()) return std::strong_ordering::equal;
  return std::lexicographical_compare_three_way(
      a.text.begin(), a.text.end(), b.text.begin(), b.text.end(), [](char x, char y) {
        return static_cast<unsigned char>(lower(x)) <=> static_cast<unsigned char>(lower(y));
      });
}

std::strong_ordering compare_items(const Item& a, const Item& b) {
  if (a.number != b.number)
    return a.number ? std::strong_ordering::greater : std::strong_ordering::less;
  return a.number ? compare_digits(a.text, b.text) : compare_words(a, b);
}

std::strong_ordering compare_with_nothing(const Item& item) {
  if (item.number)
    return item.text.empty() ? std::strong_ordering::equal : std::strong_ordering::greater;
  return item.qualifier <=> kRelease;
}

/// The list that begins with a level, compared with nothing: the first item that is not nothing
/// decides.
std::strong_ordering compare_with_nothing(const Levels& levels, std::size_t level) {
  for (; levels.has(level); ++level)
    for (std::size_t i = 0; i < levels.size(level); ++i)
      if (const auto order = compare_with_nothing(levels.item(level, i)); order != 0) return order;
  return std::strong_ordering::equal;
}

std::strong_ordering reversed(std::strong_ordering order) {
  return 0 <=> order;
}

/// A list at the place where the other version has an item.
std::strong_ordering compare_list_with(const Item& item) {
  return item.number ? std::strong_ordering::less : std::strong_ordering::greater;
}

} // namespace

std::strong_ordering compare_maven(std::string_view a, std::string_view b) {
  const Levels left(a);
  const Levels right(b);
  std::size_t level = 0;
  while (left.has(level) && right.has(level)) {
    const std::size_t most = std::max(left.size(level), right.size(level));
    for (std::size_t i = 0; i < most; ++i) {
      const bool in_left = i < left.size(level);
      const bool in_right = i < right.size(level);
      std::strong_ordering order = std::strong_ordering::equal;
      if (in_left && in_right) {
        order = compare_items(left.item(level, i), right.item(level, i));
      } else if (in_left) {
        order = i == right.size(level) && right.has(level + 1)
                    ? reversed(compare_list_with(left.item(level, i)))
                    : compare_with_nothing(left.item(level, i));
      } else {
        order = i == left.size(level) && left.has(level + 1)
                    ? compare_list_with(right.item(level, i))
                    : reversed(compare_with_nothing(right.item(level, i)));
      }
      if (order != 0) return order;
    }
    // An item beside a list always decides, so both lists begin at the same place.
    ++level;
  }
  if (left.has(level)) return compare_with_nothing(left, level);
  return reversed(compare_with_nothing(right, level));
}

bool valid_maven(std::string_view version) {
  return !base::trim(version).empty();
}

} // namespace portique::version
