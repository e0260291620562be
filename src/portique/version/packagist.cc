// Composer's semver library (https://github.com/composer/semver): VersionParser::normalize(), then
// PHP's version_compare() (https://www.php.net/version_compare), which takes the parts of a version
// one by one: unknown words < dev < alpha < beta < RC < numbers < patch.

#include "portique/version/packagist.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>

#include "portique/base/text.h"
#include "portique/version/digits.h"

namespace portique::version {

namespace {

constexpr std::string_view kBranch = "dev-";
/// What Composer writes for the "x" of a branch such as "1.x".
constexpr std::string_view kAny = "9999999";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         std::ranges::equal(text.substr(0, word.size()), word, {}, lower);
}

bool is_separator(char c) {
  return c == '.' || c == '-' || c == '_';
}

struct Stability {
  std::string_view word;
  std::string_view normal;
};

// Longer ones first.
constexpr std::array kStabilities{Stability{"stable", ""},
                                  Stability{"alpha", "alpha"},
                                  Stability{"patch", "patch"},
                                  Stability{"beta", "beta"},
                                  Stability{"rc", "RC"},
                                  Stability{"pl", "patch"},
                                  Stability{"a", "alpha"},
                                  Stability{"b", "beta"},
                                  Stability{"p", "patch"}};

/// "as" aliases, "@stability" and "+build" are not part of the order.
std::string_view without_decoration(std::string_view text) {
  text = base::trim(text);
  text = text.substr(0, text.find(' '));
  text = text.substr(0, text.find('@'));
  return starts_with_word(text, kBranch) ? text : text.substr(0, text.find('+'));
}

/// [._-]?(stability([.-]?digits)*)?([.-]?dev)? up to the end; false if it is anything else.
bool append_modifier(std::string_view rest, std::string& out) {
  const auto take_dev = [&out](std::string_view text) {
    if (text.empty()) return true;
    if (text.front() == '.' || text.front() == '-') text.remove_prefix(1);
    if (text.size() != 3 || !starts_with_word(text, "dev")) return false;
    out += "-dev";
    return true;
  };
  if (rest.empty()) return true;
  const std::string_view whole = rest;
  if (is_separator(rest.front())) rest.remove_prefix(1);
  for (const Stability& stability : kStabilities) {
    if (!starts_with_word(rest, stability.word)) continue;
    rest.remove_prefix(stability.word.size());
    std::size_t end = 0;
    while (end < rest.size() &&
           (base::is_digit(rest[end]) || ((rest[end] == '.' || rest[end] == '-') &&
                                          end + 1 < rest.size() && base::is_digit(rest[end + 1]))))
      ++end;
    if (!stability.normal.empty()) {
      std::string_view number = rest.substr(0, end);
      while (!number.empty() && !base::is_digit(number.front()))
        number.remove_prefix(1);
      ((out += '-') += stability.normal) += number;
    }
    std::string stable = out; // and nothing after it, not even -dev
    const bool good = take_dev(rest.substr(end));
    if (stability.normal.empty()) out = std::move(stable);
    return good;
  }
  return take_dev(rest) || take_dev(whole);
}

/// One to four numbers.
std::optional<std::string> normal_numbers(std::string_view text) {
  std::string out;
  std::size_t at = 0;
  int count = 0;
  while (count < 4) {
    const std::size_t begin = at;
    const std::string_view number = take_digits(text, at);
    if (number.empty() || (count == 0 && number.size() > 5)) {
      if (count == 0) return std::nullopt;
      at = begin - 1;
      break;
    }
    (out += count == 0 ? "" : ".") += number;
    ++count;
    if (at >= text.size() || text[at] != '.') break;
    if (count < 4) ++at;
  }
  for (; count < 4; ++count)
    out += ".0";
  if (!append_modifier(text.substr(at), out)) return std::nullopt;
  return out;
}

/// A date, and maybe a time: "20100102", "2010-01-02.5".
std::optional<std::string> normal_date(std::string_view text) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    if (base::is_digit(text[at]))
      out += text[at];
    else if ((text[at] == '.' || text[at] == ':' || text[at] == '-') && at + 1 < text.size() &&
             base::is_digit(text[at + 1]))
      out += '.';
    else
      break;
    ++at;
  }
  const std::size_t year = std::min(out.find('.'), out.size());
  if (year < 4 || out.size() < 6 || year > 20) return std::nullopt;
  if (!append_modifier(text.substr(at), out)) return std::nullopt;
  return out;
}

/// "1.x-dev", "2.1.*-dev".
std::optional<std::string> normal_branch(std::string_view text) {
  if (text.size() < 4 || !starts_with_word(text.substr(text.size() - 3), "dev"))
    return std::nullopt;
  text.remove_suffix(3);
  if (text.back() == '.' || text.back() == '-') text.remove_suffix(1);
  std::string out;
  int count = 0;
  while (!text.empty()) {
    const std::string_view part = base::take_until(text, '.');
    const bool any = part == "x" || part == "X" || part == "*";
    if ((!any || count == 0) && (part.empty() || !std::ranges::all_of(part, base::is_digit)))
      return std::nullopt;
    (out += count == 0 ? "" : ".") += any ? kAny : part;
    if (++count > 4) return std::nullopt;
  }
  if (count == 0) return std::nullopt;
  for (; count < 4; ++count)
    (out += '.') += kAny;
  return out += "-dev";
}

std::optional<std::string> normalise(std::string_view version) {
  version = without_decoration(version);
  if (starts_with_word(version, kBranch))
    return std::string(kBranch) + std::string(version.substr(kBranch.size()));
  if (version == "master" || version == "trunk" || version == "default")
    return std::string(kBranch) + std::string(version);
  if (!version.empty() && lower(version.front()) == 'v') version.remove_prefix(1);
  if (auto numbers = normal_numbers(version)) return numbers;
  if (auto date = normal_date(version)) return date;
  return normal_branch(version);
}

/// The next part: digits, or a word; "" at the end.
std::string_view take_part(std::string_view& text) {
  while (!text.empty() && (is_separator(text.front()) || text.front() == '+'))
    text.remove_prefix(1);
  if (text.empty()) return {};
  const bool digits = base::is_digit(text.front());
  std::size_t length = 0;
  while (length < text.size() && !is_separator(text[length]) && text[length] != '+' &&
         base::is_digit(text[length]) == digits)
    ++length;
  const std::string_view part = text.substr(0, length);
  text.remove_prefix(length);
  return part;
}

/// The beginning of a word decides, as in PHP.
int rank(std::string_view part) {
  constexpr std::array<std::pair<std::string_view, int>, 9> kRanks{{{"dev", 0},
                                                                    {"alpha", 1},
                                                                    {"a", 1},
                                                                    {"beta", 2},
                                                                    {"b", 2},
                                                                    {"RC", 3},
                                                                    {"rc", 3},
                                                                    {"pl", 5},
                                                                    {"p", 5}}};
  if (part.empty() || base::is_digit(part.front())) return 4;
  for (const auto& [word, order] : kRanks)
    if (part.starts_with(word)) return order;
  return -1;
}

std::strong_ordering compare_normal(std::string_view a, std::string_view b) {
  while (true) {
    const std::string_view left = take_part(a);
    const std::string_view right = take_part(b);
    if (left.empty() && right.empty()) return std::strong_ordering::equal;
    const bool left_digits = !left.empty() && base::is_digit(left.front());
    const bool right_digits = !right.empty() && base::is_digit(right.front());
    // A number more is newer; a word more is compared with a number that is not there.
    if (left.empty() && right_digits) return std::strong_ordering::less;
    if (right.empty() && left_digits) return std::strong_ordering::greater;
    const auto order =
        left_digits && right_digits ? compare_digits(left, right) : rank(left) <=> rank(right);
    if (order != 0 || left.empty() || right.empty()) return order;
  }
}

} // namespace

std::strong_ordering compare_packagist(std::string_view a, std::string_view b) {
  const auto left = normalise(a);
  const auto right = normalise(b);
  if (!left || !right) {
    if (left.has_value() != right.has_value()) return left.has_value() <=> right.has_value();
    return a.compare(b) <=> 0;
  }
  const bool left_branch = left->starts_with(kBranch);
  const bool right_branch = right->starts_with(kBranch);
  if (left_branch && right_branch) return left->compare(*right) <=> 0;
  if (left_branch != right_branch) return right_branch <=> left_branch;
  return compare_normal(*left, *right);
}

bool valid_packagist(std::string_view version) {
  return normalise(version).has_value();
}

} // namespace portique::version
