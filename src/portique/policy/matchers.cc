#include "portique/policy/matchers.h"

#include <algorithm>

#include "portique/base/text.h"

namespace portique::policy {

namespace {

constexpr std::string_view kWild = "*?[\\";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool same(char a, char b, bool ignore_case) {
  return a == b || (ignore_case && lower(a) == lower(b));
}

/// Whether `c` is in the bracket expression at pattern[at] == '['. `at` moves behind it. Without an
/// end the bracket is itself, as in fnmatch(3).
bool fits_bracket(std::string_view pattern, std::size_t& at, char c, bool ignore_case) {
  std::size_t i = at + 1;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (negated) ++i;
  const std::size_t first = i;
  bool found = false;
  const auto in = [&](char low, char high) {
    const auto u = [](char x) { return static_cast<unsigned char>(x); };
    const auto between = [&](char x) { return u(x) >= u(low) && u(x) <= u(high); };
    const char other = lower(c) != c          ? lower(c)
                       : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32)
                                              : c;
    return between(c) || (ignore_case && between(other));
  };
  for (; i < pattern.size() && (pattern[i] != ']' || i == first); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    const char low = pattern[i];
    char high = low;
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      i += 2;
      if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
      high = pattern[i];
    }
    found = found || in(low, high);
  }
  if (i >= pattern.size()) { // not closed
    ++at;
    return same('[', c, false);
  }
  at = i + 1;
  return found != negated;
}

/// One pattern element that is no star against one byte; `at` moves behind the element.
bool fits_one(std::string_view pattern, std::size_t& at, char c, bool ignore_case) {
  if (pattern[at] == '[') return fits_bracket(pattern, at, c, ignore_case);
  if (pattern[at] == '?') {
    ++at;
    return true;
  }
  if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
  return same(pattern[at++], c, ignore_case);
}

/// Up to the bracket's end, as a regular expression's class.
std::string bracket_to_regex(std::string_view pattern, std::size_t& at) {
  std::size_t i = at + 1;
  std::string out = "[";
  if (i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^')) {
    out += '^';
    ++i;
  }
  const std::size_t first = i;
  for (; i < pattern.size() && (pattern[i] != ']' || i == first); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    const std::string low = escape_regex(pattern.substr(i, 1));
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      i += 2;
      if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
      const std::string high = escape_regex(pattern.substr(i, 1));
      // An empty range fits nothing, and a regular expression must not have one.
      if (static_cast<unsigned char>(pattern[i - 2]) <= static_cast<unsigned char>(pattern[i]))
        out.append(low).append("-").append(high);
      continue;
    }
    out += low;
  }
  if (i >= pattern.size()) {
    ++at;
    return escape_regex("[");
  }
  at = i + 1;
  if (out == "[") return "[^\\x00-\\xff]";
  if (out == "[^") return "[\\x00-\\xff]";
  return out + "]";
}

bool is_group(std::string_view pattern, std::size_t at) {
  return at + 1 < pattern.size() && pattern[at + 1] == '(' &&
         std::string_view("@?*+!").find(pattern[at]) != std::string_view::npos;
}

/// One element outside of groups; `at` moves behind it.
std::string element_to_regex(std::string_view pattern, std::size_t& at) {
  const char c = pattern[at];
  if (c == '[') return bracket_to_regex(pattern, at);
  if (c == '*' || c == '?') {
    ++at;
    return c == '*' ? "[\\x00-\\xff]*" : "[\\x00-\\xff]";
  }
  if (c == '\\' && at + 1 < pattern.size()) ++at;
  return escape_regex(pattern.substr(at++, 1));
}

} // namespace

void TextSet::add(std::string text) {
  lengths_ |= 1ULL << (text.size() & 63U);
  texts_.insert(std::move(text));
}

bool has_wildcard(std::string_view pattern) {
  return pattern.find_first_of(kWild) != std::string_view::npos;
}

bool fits_wildcard(std::string_view pattern, std::string_view text, bool ignore_case) {
  // Only the last star has to be taken back: time in proportion to pattern times text.
  std::size_t at = 0;
  std::size_t i = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (i < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = ++at;
      star_text = i;
      continue;
    }
    std::size_t next = at;
    if (at < pattern.size() && fits_one(pattern, next, text[i], ignore_case)) {
      at = next;
      ++i;
      continue;
    }
    if (star == std::string_view::npos) return false;
    at = star;
    i = ++star_text;
  }
  while (at < pattern.size() && pattern[at] == '*')
    ++at;
  return at == pattern.size();
}

base::Result<std::optional<std::string>> extended_glob_to_regex(std::string_view pattern) {
  std::string out;
  std::vector<char> open; // the signs of the groups that are open
  bool any = false;
  for (std::size_t at = 0; at < pattern.size();) {
    if (is_group(pattern, at)) {
      if (pattern[at] == '!')
        return base::fail(base::Code::Unsupported, "patterns with !(...) are not supported");
      any = true;
      open.push_back(pattern[at]);
      out += "(?:";
      at += 2;
    } else if (!open.empty() && pattern[at] == '|') {
      out += '|';
      ++at;
    } else if (!open.empty() && pattern[at] == ')') {
      out += ')';
      if (open.back() != '@') out += open.back();
      open.pop_back();
      ++at;
    } else {
      out += element_to_regex(pattern, at);
    }
  }
  if (!any) return std::nullopt;
  if (!open.empty())
    return base::fail(base::Code::Malformed, "a group of the pattern is not closed");
  return out;
}

std::string wildcard_to_regex(std::string_view pattern) {
  std::string out;
  for (std::size_t at = 0; at < pattern.size();)
    out += element_to_regex(pattern, at);
  return out;
}

std::string escape_regex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (base::is_alnum(c)) {
      out += c;
    } else {
      out += "\\x";
      out += base::to_hex(std::string_view(&c, 1));
    }
  }
  return out;
}

bool contains_ignore_case(std::string_view text, std::string_view part) {
  if (part.empty()) return true;
  const auto fits = [](char a, char b) { return lower(a) == b; };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), fits) != text.end();
}

base::Result<void> PathPrefixes::add(std::string_view path) {
  // Deeper than PATH_MAX allows folders worth naming; match_below() recurses as deep.
  constexpr std::size_t kDeepest = 256;
  std::uint32_t node = 0;
  std::size_t depth = 0;
  while (!path.empty()) {
    const std::string_view part = base::take_until(path, '/');
    if (part.empty()) continue;
    if (++depth > kDeepest)
      return base::fail(base::Code::LimitExceeded,
                        "a path of more than " + std::to_string(kDeepest) + " folders");
    const auto next = static_cast<std::uint32_t>(nodes_.size());
    std::uint32_t child = next;
    if (has_wildcard(part)) {
      auto& known = nodes_[node].wildcards;
      const auto found =
          std::ranges::find(known, part, &std::pair<std::string, std::uint32_t>::first);
      if (found == known.end())
        known.emplace_back(part, next);
      else
        child = found->second;
    } else {
      child = nodes_[node].children.try_emplace(std::string(part), next).first->second;
    }
    if (child == next) nodes_.emplace_back();
    node = child;
  }
  nodes_[node].end = true;
  return {};
}

bool PathPrefixes::match(std::string_view path) const {
  return match_below(0, path);
}

bool PathPrefixes::match_below(std::uint32_t node, std::string_view rest) const {
  while (true) {
    if (nodes_[node].end) return true;
    std::string_view part;
    while (part.empty() && !rest.empty())
      part = base::take_until(rest, '/');
    if (part.empty()) return false;
    for (const auto& [pattern, child] : nodes_[node].wildcards)
      if (fits_wildcard(pattern, part) && match_below(child, rest)) return true;
    const auto found = nodes_[node].children.find(part);
    if (found == nodes_[node].children.end()) return false;
    node = found->second;
  }
}

} // namespace portique::policy
