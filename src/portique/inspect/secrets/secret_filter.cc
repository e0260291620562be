#include "portique/inspect/secrets/secret_filter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>

#include "portique/base/text.h"

namespace portique::inspect {

namespace {

/// Nobody's secret holds one of these.
constexpr std::array<std::string_view, 25> kWords{
    "example", "sample",   "placeholder", "changeme", "change_me", "change-me", "replaceme",
    "dummy",   "redacted", "xxxxx",       "*****",    ".....",     "your_",     "your-",
    "yourkey", "foobar",   "insert",      "deadbeef", "1234567",   "abcdefg",   "qwerty",
    "notreal", "mysecret", "_here",       "secretkey"};

/// Nor is a value without a form of its own one if it has one of these.
constexpr std::array<std::string_view, 33> kMoreWords{
    "your",     "fake",    "test",    "todo",    "null",    "none",     "undefined",
    "password", "passwd",  "default", "secret",  "string",  "object",   "process",
    "environ",  "getenv",  "config",  "self.",   "this.",   "args.",    "params",
    "request",  "options", "mock",    "invalid", "encrypt", "function", "return",
    "xxx",      "token",   "hidden",  "value",   "schema"};

/// Pieces of templates and of shell, and of programs that fetch the value from elsewhere.
constexpr std::array<std::string_view, 17> kSyntax{"${",
                                                   "$(",
                                                   "{{",
                                                   "}}",
                                                   "<%",
                                                   "%>",
                                                   "%(",
                                                   "%s",
                                                   "#{",
                                                   "@@",
                                                   "__",
                                                   "{0",
                                                   "[[",
                                                   "->",
                                                   "::",
                                                   "()",
                                                   "&lt;"};

bool has_any(std::string_view text, std::span<const std::string_view> pieces) {
  return std::ranges::any_of(pieces, [&](std::string_view piece) { return text.contains(piece); });
}

/// The longest run of characters each of which follows the one before it: "abcdef" and "98765".
std::size_t longest_sequence(std::string_view text) {
  std::size_t longest = 0;
  for (const int step : {1, -1, 0}) {
    std::size_t run = 1;
    for (std::size_t i = 1; i < text.size(); ++i) {
      run = text[i] - text[i - 1] == step ? run + 1 : 1;
      longest = std::max(longest, run);
    }
  }
  return longest;
}

} // namespace

double entropy_of(std::string_view text) {
  if (text.empty()) return 0;
  std::array<std::uint32_t, 256> counts{};
  for (const char c : text)
    ++counts[static_cast<unsigned char>(c)];
  const double all = static_cast<double>(text.size());
  double entropy = 0;
  for (const std::uint32_t count : counts)
    if (count != 0) {
      const double share = count / all;
      entropy -= share * std::log2(share);
    }
  return entropy;
}

bool is_placeholder(std::string_view value, RuleRank rank) {
  constexpr std::size_t kLongestRun = 7;
  const std::string lower = base::to_lower(value);
  if (has_any(lower, kWords) || longest_sequence(lower) >= kLongestRun) return true;
  if (rank == RuleRank::Token) return false;
  if (value.front() == '$' || value.front() == '<' || value.front() == '%') return true;
  if (has_any(lower, kSyntax)) return true;
  if (rank == RuleRank::Generic && has_any(lower, kMoreWords)) return true;
  const std::size_t distinct = [&] {
    std::string sorted = lower;
    std::ranges::sort(sorted);
    const auto repeated = std::ranges::unique(sorted);
    return sorted.size() - static_cast<std::size_t>(std::ranges::distance(repeated));
  }();
  return value.size() >= 12 && distinct <= 3;
}

} // namespace portique::inspect
