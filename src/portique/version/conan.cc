// https://docs.conan.io/2/tutorial/versioning/version_ranges.html and Conan's class Version, which
// compares an item that is a number with one that is not as texts. That is no order (1k, 2 and 10
// form a circle), so numbers at the beginning of an item are compared as numbers here, what follows
// them as text.

#include "portique/version/conan.h"

#include <algorithm>
#include <cstddef>

#include "portique/base/text.h"
#include "portique/version/digits.h"

namespace portique::version {

namespace {

struct Parts {
  std::string_view main;
  std::string_view pre;
  std::string_view build;
  bool has_pre = false;
  bool has_build = false;
};

/// The build stands behind the last plus sign, the pre-release behind the first hyphen before it.
Parts parts_of(std::string_view version) {
  Parts parts;
  if (const std::size_t plus = version.rfind('+'); plus != std::string_view::npos) {
    parts.build = version.substr(plus + 1);
    parts.has_build = true;
    version = version.substr(0, plus);
  }
  if (const std::size_t hyphen = version.find('-'); hyphen != std::string_view::npos) {
    parts.pre = version.substr(hyphen + 1);
    parts.has_pre = true;
    version = version.substr(0, hyphen);
  }
  parts.main = version;
  return parts;
}

bool is_zero(std::string_view item) {
  return !item.empty() && item.find_first_not_of('0') == std::string_view::npos;
}

std::string_view without_zeros_at_end(std::string_view items) {
  while (!items.empty()) {
    const std::size_t dot = items.rfind('.');
    const std::size_t begin = dot == std::string_view::npos ? 0 : dot + 1;
    if (!is_zero(items.substr(begin))) break;
    items = items.substr(0, begin == 0 ? 0 : dot);
  }
  return items;
}

/// Numbers stand between what ASCII has before and behind the digits.
int rank_of(std::string_view item) {
  if (item.empty() || item.front() < '0') return 0;
  return base::is_digit(item.front()) ? 1 : 2;
}

std::strong_ordering compare_item(std::string_view a, std::string_view b) {
  if (rank_of(a) != rank_of(b)) return rank_of(a) <=> rank_of(b);
  std::size_t end_of_a = 0;
  std::size_t end_of_b = 0;
  const std::string_view number_of_a = take_digits(a, end_of_a);
  const std::string_view number_of_b = take_digits(b, end_of_b);
  if (const auto order = compare_digits(number_of_a, number_of_b); order != 0) return order;
  return a.substr(end_of_a).compare(b.substr(end_of_b)) <=> 0;
}

/// The items of a version one by one; an empty one may be the last.
class Items {
public:
  explicit Items(std::string_view text)
      : rest_(without_zeros_at_end(text)), more_(!rest_.empty()) {}

  [[nodiscard]] bool more() const { return more_; }

  std::string_view take() {
    more_ = rest_.contains('.');
    return base::take_until(rest_, '.');
  }

private:
  std::string_view rest_;
  bool more_;
};

std::strong_ordering compare_items(std::string_view a, std::string_view b) {
  Items left(a);
  Items right(b);
  while (left.more() && right.more()) {
    const auto order = compare_item(left.take(), right.take());
    if (order != 0) return order;
  }
  return left.more() <=> right.more();
}

} // namespace

std::strong_ordering compare_conan(std::string_view a, std::string_view b) {
  const Parts left = parts_of(a);
  const Parts right = parts_of(b);
  if (const auto order = compare_items(left.main, right.main); order != 0) return order;
  if (left.has_pre != right.has_pre) return right.has_pre <=> left.has_pre;
  if (const auto order = compare_items(left.pre, right.pre); order != 0) return order;
  if (left.has_build != right.has_build) return left.has_build <=> right.has_build;
  return compare_items(left.build, right.build);
}

bool valid_conan(std::string_view version) {
  return base::is_word(version);
}

} // namespace portique::version
