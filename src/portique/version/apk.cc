// apk-tools, src/version.c; doc/apk-package.5.scd describes the format. Versions are compared token
// by token. When one ends or goes on with another kind of token, a pre-release suffix makes it
// lower, and else the kind that stands later in the list below makes it lower.

#include "portique/version/apk.h"

#include <array>
#include <cstdint>

#include "portique/base/text.h"
#include "portique/version/digits.h"

namespace portique::version {

namespace {

enum class Kind : std::uint8_t {
  FirstNumber,
  Number,
  Letter,
  Suffix,
  SuffixNumber,
  Hash,
  Revision,
  End,
  Invalid,
};

/// Suffixes in their order; those before the empty one mark pre-releases.
constexpr std::array<std::string_view, 10> kSuffixes{
    "alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"};
constexpr std::size_t kNoSuffix = 4;

struct Token {
  Kind kind = Kind::Invalid;
  std::string_view text;
  std::size_t suffix = kNoSuffix;
};

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_hex(char c) {
  return base::is_digit(c) || (c >= 'a' && c <= 'f');
}

class Tokens {
public:
  explicit Tokens(std::string_view version) : rest_(version) {}

  Token next() {
    if (first_) {
      first_ = false;
      return take(Kind::FirstNumber, base::is_digit);
    }
    if (rest_.empty()) return previous_ = {Kind::End, {}, kNoSuffix};
    const char c = rest_.front();
    const Kind before = previous_.kind;
    if (base::is_digit(c) && before == Kind::Suffix)
      return take(Kind::SuffixNumber, base::is_digit);
    if (base::is_digit(c) && before == Kind::Letter) return take(Kind::Number, base::is_digit);
    if (is_lower(c) && before <= Kind::Number) return take_letter();
    if (c == '.' && before <= Kind::Letter) return skip_and_take(1, Kind::Number, base::is_digit);
    if (c == '_' && before <= Kind::SuffixNumber) return take_suffix();
    if (c == '~' && before < Kind::Hash) return skip_and_take(1, Kind::Hash, is_hex);
    if (rest_.starts_with("-r") && before < Kind::Revision)
      return skip_and_take(2, Kind::Revision, base::is_digit);
    return previous_ = {};
  }

private:
  /// One or more characters of a kind; none is invalid.
  Token take(Kind kind, bool (*belongs)(char)) {
    std::size_t length = 0;
    while (length < rest_.size() && belongs(rest_[length]))
      ++length;
    if (length == 0) return previous_ = {};
    previous_ = {kind, rest_.substr(0, length), kNoSuffix};
    rest_.remove_prefix(length);
    return previous_;
  }

  Token skip_and_take(std::size_t skipped, Kind kind, bool (*belongs)(char)) {
    rest_.remove_prefix(skipped);
    return take(kind, belongs);
  }

  Token take_letter() {
    previous_ = {Kind::Letter, rest_.substr(0, 1), kNoSuffix};
    rest_.remove_prefix(1);
    return previous_;
  }

  Token take_suffix() {
    Token token = skip_and_take(1, Kind::Suffix, is_lower);
    for (std::size_t i = 0; i < kSuffixes.size(); ++i) {
      if (i == kNoSuffix || kSuffixes[i] != token.text) continue;
      token.suffix = i;
      return previous_ = token;
    }
    return previous_ = {};
  }

  std::string_view rest_;
  bool first_ = true;
  Token previous_;
};

std::strong_ordering compare_same_kind(const Token& a, const Token& b) {
  switch (a.kind) {
  case Kind::Number:
    // With a leading zero it is read like the digits behind a decimal point.
    if (a.text.starts_with('0') || b.text.starts_with('0')) return a.text.compare(b.text) <=> 0;
    return compare_digits(a.text, b.text);
  case Kind::FirstNumber:
  case Kind::SuffixNumber:
  case Kind::Revision:
    return compare_digits(a.text, b.text);
  case Kind::Suffix:
    return a.suffix <=> b.suffix;
  default:
    return a.text.compare(b.text) <=> 0;
  }
}

} // namespace

std::strong_ordering compare_apk(std::string_view a, std::string_view b) {
  Tokens left(a);
  Tokens right(b);
  while (true) {
    const Token x = left.next();
    const Token y = right.next();
    if (x.kind != y.kind) {
      if (x.kind == Kind::Suffix && x.suffix < kNoSuffix) return std::strong_ordering::less;
      if (y.kind == Kind::Suffix && y.suffix < kNoSuffix) return std::strong_ordering::greater;
      return y.kind <=> x.kind;
    }
    if (x.kind >= Kind::End) return std::strong_ordering::equal;
    if (const auto order = compare_same_kind(x, y); order != 0) return order;
  }
}

bool valid_apk(std::string_view version) {
  Tokens tokens(version);
  while (true) {
    const Kind kind = tokens.next().kind;
    if (kind == Kind::End) return true;
    if (kind == Kind::Invalid) return false;
  }
}

} // namespace portique::version
