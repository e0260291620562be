// https://semver.org/ section 11, and the dialects of Go (golang.org/ref/mod), pub
// (pub.dev/packages/pub_semver) and NuGet (learn.microsoft.com, "NuGet package version reference").

#include "portique/version/semver.h"

#include <algorithm>

#include "portique/base/text.h"
#include "portique/version/digits.h"

namespace portique::version {

namespace {

struct Parts {
  std::string_view numbers;
  std::string_view prerelease;
  std::string_view build;
};

Parts split(std::string_view version) {
  version = base::trim(version);
  while (!version.empty() &&
         (version.front() == 'v' || version.front() == 'V' || version.front() == '='))
    version.remove_prefix(1);
  Parts parts;
  if (const std::size_t plus = version.find('+'); plus != std::string_view::npos) {
    parts.build = version.substr(plus + 1);
    version = version.substr(0, plus);
  }
  const std::size_t dash = version.find('-');
  parts.numbers = version.substr(0, dash);
  if (dash != std::string_view::npos) parts.prerelease = version.substr(dash + 1);
  return parts;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, base::is_digit);
}

std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const auto order = compare_digits(base::take_until(a, '.'), base::take_until(b, '.'));
    if (order != 0) return order;
  }
  return std::strong_ordering::equal;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

enum class Case { Matters, Ignored };

std::strong_ordering compare_texts(std::string_view a, std::string_view b, Case letters) {
  if (letters == Case::Matters) return a.compare(b) <=> 0;
  return std::lexicographical_compare_three_way(
      a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return static_cast<unsigned char>(lower(x)) <=> static_cast<unsigned char>(lower(y));
      });
}

std::strong_ordering compare_identifiers(std::string_view a, std::string_view b, Case letters) {
  const bool numeric_a = all_digits(a);
  const bool numeric_b = all_digits(b);
  if (numeric_a && numeric_b) return compare_digits(a, b);
  if (numeric_a != numeric_b)
    return numeric_a ? std::strong_ordering::less : std::strong_ordering::greater;
  return compare_texts(a, b, letters);
}

/// Identifiers separated by dots; a list that is the beginning of the other comes first.
std::strong_ordering compare_lists(std::string_view a, std::string_view b, Case letters) {
  while (true) {
    if (a.empty() || b.empty()) return a.size() <=> b.size();
    const auto order =
        compare_identifiers(base::take_until(a, '.'), base::take_until(b, '.'), letters);
    if (order != 0) return order;
  }
}

std::strong_ordering compare_parts(const Parts& a, const Parts& b, Case letters) {
  if (const auto order = compare_numbers(a.numbers, b.numbers); order != 0) return order;
  if (a.prerelease.empty() || b.prerelease.empty()) // none at all is the release itself
    return b.prerelease.size() <=> a.prerelease.size();
  return compare_lists(a.prerelease, b.prerelease, letters);
}

bool valid_numbers(std::string_view numbers, std::size_t most) {
  std::size_t count = 0;
  while (true) {
    const std::size_t dot = numbers.find('.');
    if (!all_digits(numbers.substr(0, dot)) || ++count > most) return false;
    if (dot == std::string_view::npos) return true;
    numbers.remove_prefix(dot + 1);
  }
}

/// "go1.22rc1" -> numbers "1.22", pre-release "rc1"; module versions are SemVer.
Parts split_go(std::string_view version) {
  version = base::trim(version);
  if (version.starts_with("go")) version.remove_prefix(2);
  Parts parts = split(version);
  const auto letter = std::ranges::find_if(parts.numbers, base::is_alpha);
  if (letter != parts.numbers.end() && parts.prerelease.empty()) {
    const auto at = static_cast<std::size_t>(letter - parts.numbers.begin());
    parts.prerelease = parts.numbers.substr(at);
    parts.numbers = parts.numbers.substr(0, at);
  }
  return parts;
}

} // namespace

std::strong_ordering compare_semver(std::string_view a, std::string_view b) {
  return compare_parts(split(a), split(b), Case::Matters);
}

bool valid_semver(std::string_view version) {
  return valid_numbers(split(version).numbers, 64);
}

std::strong_ordering compare_go(std::string_view a, std::string_view b) {
  return compare_parts(split_go(a), split_go(b), Case::Matters);
}

bool valid_go(std::string_view version) {
  return valid_numbers(split_go(version).numbers, 64);
}

std::strong_ordering compare_pub(std::string_view a, std::string_view b) {
  const Parts left = split(a);
  const Parts right = split(b);
  if (const auto order = compare_parts(left, right, Case::Matters); order != 0) return order;
  return compare_lists(left.build, right.build, Case::Matters);
}

bool valid_pub(std::string_view version) {
  return valid_semver(version);
}

std::strong_ordering compare_nuget(std::string_view a, std::string_view b) {
  return compare_parts(split(a), split(b), Case::Ignored);
}

bool valid_nuget(std::string_view version) {
  return valid_numbers(split(version).numbers, 64);
}

} // namespace portique::version
