#include "portique/inspect/dockerfile/expand.h"

#include "portique/base/text.h"

namespace portique::inspect::dockerfile {

namespace {

/// Variables that double themselves line by line would grow without end.
constexpr std::size_t kLongestValue = 64ULL << 10U;
/// "${A:-${B:-${C}}}" nests a few levels in practice.
constexpr int kDeepest = 20;
/// Patterns and values beyond this are not worth the time that matching them takes.
constexpr std::size_t kLongestPattern = 256;

/// "*" and "?" of shell patterns, in time pattern times text.
bool fits(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*')
    ++p;
  return p == pattern.size();
}

std::string cut_prefix(const std::string& value, std::string_view pattern, bool longest) {
  for (std::size_t i = 0; i <= value.size(); ++i) {
    const std::size_t size = longest ? value.size() - i : i;
    if (fits(pattern, std::string_view(value).substr(0, size))) return value.substr(size);
  }
  return value;
}

std::string cut_suffix(const std::string& value, std::string_view pattern, bool longest) {
  for (std::size_t i = 0; i <= value.size(); ++i) {
    const std::size_t from = longest ? i : value.size() - i;
    if (fits(pattern, std::string_view(value).substr(from))) return value.substr(0, from);
  }
  return value;
}

std::string replaced(const std::string& value, std::string_view argument, bool all) {
  const std::size_t slash = argument.find('/');
  const std::string_view from = argument.substr(0, slash);
  const std::string_view to =
      slash == std::string_view::npos ? std::string_view() : argument.substr(slash + 1);
  if (from.empty()) return value;
  std::string out;
  std::size_t at = 0;
  while (true) {
    const std::size_t found = value.find(from, at);
    if (found == std::string::npos) break;
    out.append(value, at, found - at).append(to);
    at = found + from.size();
    if (!all) break;
  }
  return out.append(value, at);
}

bool is_name_char(char c, bool first) {
  return c == '_' || base::is_alpha(c) || (!first && base::is_digit(c));
}

class Expander {
public:
  Expander(const Variables& variables, char escape) : variables_(&variables), escape_(escape) {}

  void run(std::string_view word, int depth) {
    char quote = 0;
    for (std::size_t i = 0; i < word.size();) {
      const char c = word[i];
      if (quote == '\'') {
        if (c == '\'')
          quote = 0;
        else
          put(c);
        ++i;
      } else if (c == escape_ && i + 1 < word.size()) {
        // Inside double quotes only what has a meaning there is escaped.
        const char next = word[i + 1];
        if (quote == '"' && next != '"' && next != '$' && next != escape_) put(c);
        put(next);
        i += 2;
      } else if (c == '"' || (c == '\'' && quote == 0)) {
        quote = quote == c ? 0 : c;
        ++i;
      } else if (c == '$') {
        i = dollar(word, i, depth);
      } else {
        put(c);
        ++i;
      }
    }
  }

  Expansion take() { return std::move(out_); }

private:
  void put(char c) {
    if (out_.text.size() < kLongestValue)
      out_.text += c;
    else
      out_.unknown = true;
  }

  void put(std::string_view text) {
    for (const char c : text)
      put(c);
  }

  /// Reads from the dollar sign on; returns where the rest begins.
  std::size_t dollar(std::string_view word, std::size_t at, int depth) {
    std::size_t i = at + 1;
    if (i < word.size() && word[i] == '{') {
      const std::size_t end = closing(word, i + 1);
      if (end == std::string_view::npos) {
        put(word.substr(at));
        return word.size();
      }
      braces(word.substr(i + 1, end - i - 1), depth);
      return end + 1;
    }
    const std::size_t begin = i;
    while (i < word.size() && is_name_char(word[i], i == begin))
      ++i;
    if (i == begin) {
      put('$');
      return i;
    }
    plain(word.substr(begin, i - begin));
    return i;
  }

  [[nodiscard]] std::size_t closing(std::string_view word, std::size_t from) const {
    int open = 1;
    for (std::size_t i = from; i < word.size(); ++i) {
      if (word[i] == escape_)
        ++i;
      else if (word[i] == '{')
        ++open;
      else if (word[i] == '}' && --open == 0)
        return i;
    }
    return std::string_view::npos;
  }

  /// The value; nothing if there is none or it is not known, which the second says.
  std::pair<const std::string*, bool> look_up(std::string_view name) const {
    const auto found = variables_->find(name);
    if (found == variables_->end()) return {nullptr, false};
    return {found->second ? &*found->second : nullptr, true};
  }

  void plain(std::string_view name) {
    const auto [value, declared] = look_up(name);
    if (value != nullptr) {
      put(*value);
      return;
    }
    out_.unknown = true;
    if (!declared) out_.undefined.emplace_back(name);
  }

  /// What a nested word stands for.
  std::string nested(std::string_view word, int depth) {
    if (depth >= kDeepest) {
      out_.unknown = true;
      return {};
    }
    Expander inner(*variables_, escape_);
    inner.run(word, depth + 1);
    Expansion result = inner.take();
    out_.unknown = out_.unknown || result.unknown;
    return std::move(result.text);
  }

  void braces(std::string_view inside, int depth) {
    std::size_t i = 0;
    while (i < inside.size() && is_name_char(inside[i], i == 0))
      ++i;
    const std::string_view name = inside.substr(0, i);
    const std::string_view rest = inside.substr(i);
    if (rest.empty()) {
      if (name.empty())
        out_.unknown = true;
      else
        plain(name);
      return;
    }
    const bool colon = rest.front() == ':';
    const std::string_view form = colon ? rest.substr(1) : rest;
    if (form.empty()) {
      out_.unknown = true;
      return;
    }
    const auto [value, declared] = look_up(name);
    const bool set = value != nullptr && (!colon || !value->empty());
    switch (form.front()) {
    case '-':
      put(set ? *value : nested(form.substr(1), depth));
      return;
    case '+':
      if (set) put(nested(form.substr(1), depth));
      return;
    case '?':
      if (set)
        put(*value);
      else
        out_.unknown = true;
      return;
    default:
      pattern(value, form, depth);
    }
  }

  void pattern(const std::string* value, std::string_view form, int depth) {
    const char kind = form.front();
    const bool twice = form.size() > 1 && form[1] == kind;
    const std::string argument = nested(form.substr(twice ? 2 : 1), depth);
    if (value == nullptr || argument.size() > kLongestPattern ||
        value->size() > 16 * kLongestPattern) {
      out_.unknown = true;
      return;
    }
    if (kind == '#')
      put(cut_prefix(*value, argument, twice));
    else if (kind == '%')
      put(cut_suffix(*value, argument, twice));
    else if (kind == '/')
      put(replaced(*value, argument, twice));
    else
      out_.unknown = true;
  }

  const Variables* variables_;
  char escape_;
  Expansion out_;
};

} // namespace

Expansion expand(std::string_view word, const Variables& variables, char escape) {
  Expander expander(variables, escape);
  expander.run(word, 0);
  return expander.take();
}

} // namespace portique::inspect::dockerfile
