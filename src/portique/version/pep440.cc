// https://packaging.python.org/en/latest/specifications/version-specifiers/, and its appendix on
// the regular expression and on what is normalised.

#include "portique/version/pep440.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "portique/base/text.h"
#include "portique/version/digits.h"
#include "portique/version/pep440_legacy.h"

namespace portique::version {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_separator(char c) {
  return c == '.' || c == '-' || c == '_';
}

struct Version {
  std::string_view epoch;
  std::string_view release; ///< numbers and dots
  char pre = '\0';          ///< 'a', 'b' or 'r'
  std::string_view pre_number;
  bool post = false;
  std::string_view post_number;
  bool dev = false;
  std::string_view dev_number;
  std::string_view local; ///< without '+'
};

struct Spelling {
  std::string_view word;
  char means;
};

// Longer ones first.
constexpr std::array kPre{Spelling{"preview", 'r'},
                          Spelling{"alpha", 'a'},
                          Spelling{"beta", 'b'},
                          Spelling{"pre", 'r'},
                          Spelling{"rc", 'r'},
                          Spelling{"a", 'a'},
                          Spelling{"b", 'b'},
                          Spelling{"c", 'r'}};
constexpr std::array kPost{Spelling{"post", 'p'}, Spelling{"rev", 'p'}, Spelling{"r", 'p'}};
constexpr std::array kDev{Spelling{"dev", 'd'}};

class Parser {
public:
  explicit Parser(std::string_view text) : rest_(base::trim(text)) {}

  std::optional<Version> parse() {
    Version version;
    if (!rest_.empty() && lower(rest_.front()) == 'v') rest_.remove_prefix(1);
    if (!take_release(version)) return std::nullopt;
    version.pre = take_word(kPre, version.pre_number);
    if (rest_.size() > 1 && rest_.front() == '-' && base::is_digit(rest_[1])) {
      rest_.remove_prefix(1);
      version.post = true;
      version.post_number = take_number();
    } else {
      version.post = take_word(kPost, version.post_number) != '\0';
    }
    version.dev = take_word(kDev, version.dev_number) != '\0';
    if (!rest_.empty() && !take_local(version)) return std::nullopt;
    return version;
  }

private:
  std::string_view take_number() {
    std::size_t at = 0;
    const std::string_view digits = take_digits(rest_, at);
    rest_.remove_prefix(at);
    return digits;
  }

  bool take_release(Version& version) {
    const std::string_view start = rest_;
    if (take_number().empty()) return false;
    if (rest_.starts_with('!')) {
      version.epoch = start.substr(0, start.size() - rest_.size());
      rest_.remove_prefix(1);
      const std::string_view release = rest_;
      if (take_number().empty()) return false;
      return take_rest_of_release(release, version);
    }
    return take_rest_of_release(start, version);
  }

  bool take_rest_of_release(std::string_view start, Version& version) {
    while (rest_.size() > 1 && rest_.front() == '.' && base::is_digit(rest_[1])) {
      rest_.remove_prefix(1);
      take_number();
    }
    version.release = start.substr(0, start.size() - rest_.size());
    return true;
  }

  /// [separator] word [separator] [number] ("1.0a." is 1.0a0); '\0' and nothing taken if no word
  /// fits.
  char take_word(std::span<const Spelling> spellings, std::string_view& number) {
    std::string_view text = rest_;
    if (!text.empty() && is_separator(text.front())) text.remove_prefix(1);
    for (const Spelling& spelling : spellings) {
      if (!starts_with(text, spelling.word)) continue;
      rest_ = text.substr(spelling.word.size());
      if (!rest_.empty() && is_separator(rest_.front())) rest_.remove_prefix(1);
      number = take_number();
      return spelling.means;
    }
    return '\0';
  }

  static bool starts_with(std::string_view text, std::string_view word) {
    if (text.size() < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i)
      if (lower(text[i]) != word[i]) return false;
    return true;
  }

  bool take_local(Version& version) {
    if (rest_.front() != '+' || rest_.size() == 1) return false;
    version.local = rest_.substr(1);
    bool after_separator = true;
    for (const char c : version.local) {
      if (!base::is_alnum(c) && (!is_separator(c) || after_separator)) return false;
      after_separator = is_separator(c);
    }
    return !after_separator;
  }

  std::string_view rest_;
};

std::strong_ordering compare_releases(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const auto order = compare_digits(base::take_until(a, '.'), base::take_until(b, '.'));
    if (order != 0) return order;
  }
  return std::strong_ordering::equal;
}

/// Where a version stands among those of its release: a development release of nothing else first,
/// then pre-releases, then the release and what follows it.
int stage(const Version& version) {
  switch (version.pre) {
  case 'a':
    return 1;
  case 'b':
    return 2;
  case 'r':
    return 3;
  default:
    return version.dev && !version.post ? 0 : 4;
  }
}

std::string_view take_segment(std::string_view& local) {
  std::size_t length = 0;
  while (length < local.size() && !is_separator(local[length]))
    ++length;
  const std::string_view segment = local.substr(0, length);
  local.remove_prefix(std::min(local.size(), length + 1));
  return segment;
}

bool is_number(std::string_view segment) {
  return std::ranges::all_of(segment, base::is_digit);
}

std::strong_ordering compare_segments(std::string_view a, std::string_view b) {
  if (is_number(a) != is_number(b))
    return is_number(a) ? std::strong_ordering::greater : std::strong_ordering::less;
  if (is_number(a)) return compare_digits(a, b);
  return std::lexicographical_compare_three_way(
      a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) <=> lower(y); });
}

std::strong_ordering compare_locals(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const auto order = compare_segments(take_segment(a), take_segment(b));
    if (order != 0) return order;
  }
  return !a.empty() <=> !b.empty();
}

std::strong_ordering compare_versions(const Version& a, const Version& b) {
  if (const auto order = compare_digits(a.epoch, b.epoch); order != 0) return order;
  if (const auto order = compare_releases(a.release, b.release); order != 0) return order;
  if (stage(a) != stage(b)) return stage(a) <=> stage(b);
  if (const auto order = compare_digits(a.pre_number, b.pre_number); order != 0) return order;
  if (a.post != b.post) return a.post <=> b.post;
  if (const auto order = compare_digits(a.post_number, b.post_number); order != 0) return order;
  if (a.dev != b.dev) return b.dev <=> a.dev;
  if (const auto order = compare_digits(a.dev_number, b.dev_number); order != 0) return order;
  return compare_locals(a.local, b.local);
}

} // namespace

std::strong_ordering compare_pep440(std::string_view a, std::string_view b) {
  const auto left = Parser(a).parse();
  const auto right = Parser(b).parse();
  if (left && right) return compare_versions(*left, *right);
  if (left || right) return left.has_value() <=> right.has_value();
  return compare_legacy_pep440(a, b);
}

bool valid_pep440(std::string_view version) {
  return Parser(version).parse().has_value();
}

} // namespace portique::version
