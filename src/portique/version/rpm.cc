// rpmvercmp as rpm 4.18 has it (rpmio/rpmvercmp.c): segments of digits or letters, separators
// ignored,
// '~' before everything and even before the end, '^' behind the end but before everything else.

#include "portique/version/rpm.h"

#include <algorithm>

#include "portique/base/text.h"
#include "portique/version/digits.h"

namespace portique::version {

namespace {

struct Parts {
  std::string_view epoch;
  std::string_view version;
  std::string_view release;
};

Parts split(std::string_view text) {
  Parts parts;
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos &&
      std::ranges::all_of(text.substr(0, colon), base::is_digit)) {
    parts.epoch = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const std::size_t dash = text.rfind('-');
  parts.version = text.substr(0, dash);
  if (dash != std::string_view::npos) parts.release = text.substr(dash + 1);
  return parts;
}

bool is_separator(char c) {
  return !base::is_alnum(c) && c != '~' && c != '^';
}

void skip_separators(std::string_view& text) {
  while (!text.empty() && is_separator(text.front()))
    text.remove_prefix(1);
}

std::string_view take_run(std::string_view& text, bool (*belongs)(char)) {
  std::size_t length = 0;
  while (length < text.size() && belongs(text[length]))
    ++length;
  const std::string_view run = text.substr(0, length);
  text.remove_prefix(length);
  return run;
}

/// '~' and '^' at the front of either: whether that decides, and how; both fronts are taken off if
/// they are the same.
enum class Mark { Decided, Taken, None };

Mark compare_marks(std::string_view& a, std::string_view& b, std::strong_ordering& order) {
  const auto front_is = [](std::string_view text, char c) {
    return !text.empty() && text.front() == c;
  };
  for (const char mark : {'~', '^'}) {
    const bool left = front_is(a, mark);
    const bool right = front_is(b, mark);
    if (!left && !right) continue;
    if (left && right) {
      a.remove_prefix(1);
      b.remove_prefix(1);
      return Mark::Taken;
    }
    if (mark == '~')
      order = left ? std::strong_ordering::less : std::strong_ordering::greater;
    else if (left)
      order = b.empty() ? std::strong_ordering::greater : std::strong_ordering::less;
    else
      order = a.empty() ? std::strong_ordering::less : std::strong_ordering::greater;
    return Mark::Decided;
  }
  return Mark::None;
}

std::strong_ordering compare_part(std::string_view a, std::string_view b) {
  if (a == b) return std::strong_ordering::equal;
  while (!a.empty() || !b.empty()) {
    skip_separators(a);
    skip_separators(b);
    auto order = std::strong_ordering::equal;
    const Mark mark = compare_marks(a, b, order);
    if (mark == Mark::Decided) return order;
    if (mark == Mark::Taken) continue;
    if (a.empty() || b.empty()) break;
    const bool numeric = base::is_digit(a.front());
    const auto belongs = numeric ? base::is_digit : base::is_alpha;
    const std::string_view left = take_run(a, belongs);
    const std::string_view right = take_run(b, belongs);
    // Of a number and a word the number is newer.
    if (right.empty()) return numeric ? std::strong_ordering::greater : std::strong_ordering::less;
    order = numeric ? compare_digits(left, right) : left.compare(right) <=> 0;
    if (order != 0) return order;
  }
  if (a.empty() && b.empty()) return std::strong_ordering::equal;
  return a.empty() ? std::strong_ordering::less : std::strong_ordering::greater;
}

} // namespace

std::strong_ordering compare_rpm(std::string_view a, std::string_view b) {
  const Parts left = split(a);
  const Parts right = split(b);
  if (const auto order = compare_digits(left.epoch, right.epoch); order != 0) return order;
  if (const auto order = compare_part(left.version, right.version); order != 0) return order;
  return compare_part(left.release, right.release);
}

bool valid_rpm(std::string_view version) {
  const Parts parts = split(version);
  return !parts.version.empty();
}

} // namespace portique::version
