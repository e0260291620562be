#include "portique/base/glob.h"

#include <algorithm>
#include <optional>

#include "portique/base/text.h"

namespace portique::base {

namespace {

constexpr std::size_t kMaxAlternatives = 256;
constexpr std::size_t kMaxPatternBytes = 4096;

/// The index behind the '}' that closes the brace at `open`, or nothing.
std::optional<std::size_t> end_of_braces(std::string_view pattern, std::size_t open) {
  std::size_t depth = 0;
  for (std::size_t i = open; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '{') {
      ++depth;
    } else if (pattern[i] == '}' && --depth == 0) {
      return i + 1;
    }
  }
  return std::nullopt;
}

/// The parts of "a,{b,c},d" between commas that stand in no inner brace.
std::vector<std::string_view> choices_of(std::string_view inside) {
  std::vector<std::string_view> choices;
  std::size_t depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == '\\') {
      ++i;
    } else if (inside[i] == '{') {
      ++depth;
    } else if (inside[i] == '}') {
      --depth;
    } else if (inside[i] == ',' && depth == 0) {
      choices.push_back(inside.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  choices.push_back(inside.substr(begin));
  return choices;
}

std::size_t find_unescaped(std::string_view text, char wanted) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == wanted)
      return i;
  }
  return std::string_view::npos;
}

/// Every pattern that the braces stand for; each round opens one brace of one pattern.
Result<std::vector<std::string>> expand_braces(std::string_view pattern) {
  std::vector<std::string> open{std::string(pattern)};
  std::vector<std::string> done;
  while (!open.empty()) {
    const std::string text = std::move(open.back());
    open.pop_back();
    const std::size_t brace = find_unescaped(text, '{');
    if (brace == std::string_view::npos) {
      done.push_back(text);
    } else {
      const auto end = end_of_braces(text, brace);
      if (!end) return fail(Code::Malformed, "'{' without '}'");
      const std::string_view inside = std::string_view(text).substr(brace + 1, *end - brace - 2);
      for (const std::string_view choice : choices_of(inside))
        open.push_back(text.substr(0, brace) + std::string(choice) + text.substr(*end));
    }
    if (open.size() + done.size() > kMaxAlternatives)
      return fail(Code::LimitExceeded,
                  "it stands for more than " + std::to_string(kMaxAlternatives) + " patterns");
  }
  return done;
}

/// What stands in brackets: `[` at the beginning of `pattern`. Nothing if it is not closed.
struct Bracket {
  std::string_view members;
  bool negated = false;
  std::size_t length = 0; ///< bytes of the pattern, brackets included

  [[nodiscard]] bool holds(char c) const {
    bool found = false;
    for (std::size_t i = 0; i < members.size(); ++i) {
      const auto first = static_cast<unsigned char>(members[i]);
      auto last = first;
      if (i + 2 < members.size() && members[i + 1] == '-') {
        last = static_cast<unsigned char>(members[i + 2]);
        i += 2;
      }
      const auto byte = static_cast<unsigned char>(c);
      found = found || (first <= byte && byte <= last);
    }
    return found != negated;
  }
};

std::optional<Bracket> bracket_at(std::string_view pattern) {
  std::size_t begin = 1;
  const bool negated = pattern.size() > begin && (pattern[begin] == '!' || pattern[begin] == '^');
  if (negated) ++begin;
  // ']' in the first place is a member.
  const std::size_t end = pattern.find(']', begin + 1);
  if (end == std::string_view::npos) return std::nullopt;
  return Bracket{pattern.substr(begin, end - begin), negated, end + 1};
}

/// Bytes of the first element of a component's pattern, and whether it fits one character.
struct Element {
  std::size_t length = 1;
  bool fits = false;
};

Element element_at(std::string_view pattern, char c) {
  if (pattern[0] == '?') return {1, true};
  if (pattern[0] == '\\' && pattern.size() > 1) return {2, pattern[1] == c};
  if (pattern[0] == '[')
    if (const auto bracket = bracket_at(pattern)) return {bracket->length, bracket->holds(c)};
  return {1, pattern[0] == c};
}

/// One component, with the usual return to the last star.
bool component_matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::optional<std::pair<std::size_t, std::size_t>> star; // behind the star; the text it takes
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = {++p, t};
      continue;
    }
    const Element element = p < pattern.size() ? element_at(pattern.substr(p), text[t]) : Element{};
    if (element.fits) {
      p += element.length;
      ++t;
    } else if (star) {
      p = star->first;
      t = ++star->second;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*')
    ++p;
  return p == pattern.size();
}

/// reachable[j]: the pattern's components up to i fit the first j of the path.
bool path_matches(const std::vector<std::string>& pattern,
                  const std::vector<std::string_view>& path) {
  std::vector<bool> reachable(path.size() + 1, false);
  reachable[0] = true;
  for (const std::string& component : pattern) {
    std::vector<bool> next(path.size() + 1, false);
    if (component == "**") {
      bool any = false;
      for (std::size_t j = 0; j <= path.size(); ++j)
        next[j] = any = any || reachable[j];
    } else {
      for (std::size_t j = 0; j < path.size(); ++j)
        next[j + 1] = reachable[j] && component_matches(component, path[j]);
    }
    reachable = std::move(next);
  }
  return reachable[path.size()];
}

bool brackets_close(std::string_view component) {
  for (std::size_t i = 0; i < component.size(); ++i) {
    if (component[i] == '\\') {
      ++i;
    } else if (component[i] == '[') {
      const auto bracket = bracket_at(component.substr(i));
      if (!bracket) return false;
      i += bracket->length - 1;
    }
  }
  return true;
}

} // namespace

Result<Glob> Glob::parse(std::string_view pattern) {
  if (pattern.size() > kMaxPatternBytes)
    return fail(Code::LimitExceeded, "the pattern is too long");
  Glob glob;
  glob.pattern_ = pattern;
  for (const std::string& alternative : PQ_TRY(expand_braces(pattern))) {
    auto& components = glob.alternatives_.emplace_back();
    for (const std::string_view component : split(alternative, '/')) {
      if (!brackets_close(component)) return fail(Code::Malformed, "'[' without ']'");
      components.emplace_back(component);
    }
  }
  return glob;
}

bool Glob::matches(std::string_view path) const {
  const std::vector<std::string_view> components = split(path, '/');
  return std::ranges::any_of(alternatives_, [&](const std::vector<std::string>& alternative) {
    return path_matches(alternative, components);
  });
}

} // namespace portique::base
