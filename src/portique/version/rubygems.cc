// https://docs.ruby-lang.org/en/master/Gem/Version.html: digits and letters are segments of their
// own, a hyphen stands for ".pre.", and zeros count for nothing at the end and before the first
// word.

#include "portique/version/rubygems.h"

#include <algorithm>

#include <boost/container/small_vector.hpp>

#include "portique/base/text.h"
#include "portique/version/digits.h"

namespace portique::version {

namespace {

using Segments = boost::container::small_vector<std::string_view, 16>;

bool is_number(std::string_view segment) {
  return segment.empty() || base::is_digit(segment.front());
}

bool is_zero(std::string_view segment) {
  return is_number(segment) && without_leading_zeros(segment).empty();
}

void drop_zeros(Segments& segments, std::size_t least) {
  while (segments.size() > least && is_zero(segments.back()))
    segments.pop_back();
}

Segments segments_of(std::string_view version) {
  Segments segments;
  bool words = false;
  std::size_t least = 0;
  const auto add = [&](std::string_view segment) {
    if (!words && !is_number(segment)) {
      drop_zeros(segments, 0);
      words = true;
      least = segments.size();
    }
    segments.push_back(segment);
  };
  std::size_t at = 0;
  while (at < version.size()) {
    const char c = version[at];
    if (c == '-') add("pre");
    if (!base::is_alnum(c)) {
      ++at;
      continue;
    }
    const auto belongs = base::is_digit(c) ? base::is_digit : base::is_alpha;
    const std::size_t begin = at;
    while (at < version.size() && belongs(version[at]))
      ++at;
    add(version.substr(begin, at - begin));
  }
  drop_zeros(segments, least);
  return segments;
}

std::strong_ordering compare_segments(std::string_view a, std::string_view b) {
  if (is_number(a) && is_number(b)) return compare_digits(a, b);
  if (is_number(a) != is_number(b))
    return is_number(a) ? std::strong_ordering::greater : std::strong_ordering::less;
  return a.compare(b) <=> 0;
}

/// Identifiers of `belongs`, separated by dots, none of them empty.
bool valid_list(std::string_view text, bool (*belongs)(char)) {
  bool any = false;
  for (const char c : text) {
    if (c == '.' && !any) return false;
    if (c != '.' && !belongs(c)) return false;
    any = c != '.';
  }
  return any;
}

bool is_behind_hyphen(char c) {
  return base::is_alnum(c) || c == '-';
}

} // namespace

std::strong_ordering compare_rubygems(std::string_view a, std::string_view b) {
  const Segments left = segments_of(a);
  const Segments right = segments_of(b);
  const auto segment = [](const Segments& of, std::size_t i) {
    return i < of.size() ? of[i] : std::string_view(); // nothing counts as 0
  };
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const auto order = compare_segments(segment(left, i), segment(right, i));
    if (order != 0) return order;
  }
  return std::strong_ordering::equal;
}

bool valid_rubygems(std::string_view version) {
  version = base::trim(version);
  if (version.empty()) return true;
  const std::size_t hyphen = version.find('-');
  if (!base::is_digit(version.front()) || !valid_list(version.substr(0, hyphen), base::is_alnum))
    return false;
  const std::string_view first = version.substr(0, version.find_first_of(".-"));
  return std::ranges::all_of(first, base::is_digit) &&
         (hyphen == std::string_view::npos ||
          valid_list(version.substr(hyphen + 1), is_behind_hyphen));
}

} // namespace portique::version
