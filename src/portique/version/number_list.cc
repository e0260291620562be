// https://cran.r-project.org/doc/manuals/R-exts.html, "The DESCRIPTION file", and
// https://pvp.haskell.org.

#include "portique/version/number_list.h"

#include "portique/base/text.h"
#include "portique/version/digits.h"

namespace portique::version {

namespace {

std::string_view take_number(std::string_view& text, std::string_view separators) {
  const std::size_t end = text.find_first_of(separators);
  const std::string_view number = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return number;
}

std::strong_ordering
compare_lists(std::string_view a, std::string_view b, std::string_view separators) {
  a = base::trim(a);
  b = base::trim(b);
  while (!a.empty() && !b.empty()) {
    const auto order = compare_digits(take_number(a, separators), take_number(b, separators));
    if (order != 0) return order;
  }
  return !a.empty() <=> !b.empty();
}

bool valid_list(std::string_view text, std::string_view separators) {
  bool digit = false;
  for (const char c : base::trim(text)) {
    if (!base::is_digit(c) && (!digit || !separators.contains(c))) return false;
    digit = base::is_digit(c);
  }
  return digit;
}

} // namespace

std::strong_ordering compare_cran(std::string_view a, std::string_view b) {
  return compare_lists(a, b, ".-");
}

bool valid_cran(std::string_view version) {
  return valid_list(version, ".-");
}

std::strong_ordering compare_hackage(std::string_view a, std::string_view b) {
  return compare_lists(a, b, ".");
}

bool valid_hackage(std::string_view version) {
  return valid_list(version, ".");
}

} // namespace portique::version
