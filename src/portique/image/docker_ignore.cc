// Patterns are those of Go's filepath.Match with "**" for any number of folders. They are matched
// by following all ways through the pattern at once, so that no pattern takes more than its length
// times the path's.

#include "portique/image/docker_ignore.h"

#include <algorithm>

#include "portique/archive/layer_path.h"
#include "portique/base/text.h"

namespace portique::image {

using base::Code;
using base::fail;

base::Result<std::size_t>
DockerIgnore::parse_class(std::string_view text, std::size_t at, Token& token) {
  token.kind = TokenKind::OneOf;
  if (at < text.size() && text[at] == '^') {
    token.negated = true;
    ++at;
  }
  const std::size_t first = at;
  while (at < text.size() && (text[at] != ']' || at == first)) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    const char low = text[at++];
    char high = low;
    if (at + 1 < text.size() && text[at] == '-' && text[at + 1] != ']') {
      high = text[at + 1];
      at += 2;
    }
    token.ranges.emplace_back(low, high);
  }
  if (at >= text.size())
    return fail(Code::Malformed, "the pattern " + base::printable(text) + " has an open bracket");
  return at + 1;
}

base::Result<DockerIgnore::Pattern> DockerIgnore::parse_pattern(std::string_view text) {
  Pattern pattern;
  std::size_t at = 0;
  while (at < text.size()) {
    Token token;
    const char c = text[at];
    if (text.substr(at).starts_with("**/")) {
      token.kind = TokenKind::AnyFolders;
      at += 3;
    } else if (text.substr(at).starts_with("**")) {
      token.kind = TokenKind::AnyPath;
      at += 2;
    } else if (c == '*' || c == '?') {
      token.kind = c == '*' ? TokenKind::AnyRun : TokenKind::AnyOne;
      ++at;
    } else if (c == '[') {
      at = PQ_TRY(parse_class(text, at + 1, token));
    } else {
      if (c == '\\' && at + 1 < text.size()) ++at;
      token.literal = text[at++];
    }
    pattern.tokens.push_back(std::move(token));
  }
  return pattern;
}

base::Result<DockerIgnore> DockerIgnore::parse(std::string_view text, const base::Limits& limits) {
  if (text.size() > limits.ignore_file_bytes)
    return fail(Code::LimitExceeded,
                "it has more than " + std::to_string(limits.ignore_file_bytes) + " bytes");
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  DockerIgnore ignore;
  std::size_t number = 0;
  for (std::string_view line : base::split(text, '\n')) {
    ++number;
    if (line.starts_with('#')) continue;
    line = base::trim(line);
    const bool exception = line.starts_with('!');
    if (exception) line = base::trim(line.substr(1));
    std::string clean;
    archive::clean_path(line, clean);
    if (clean.empty()) continue;
    Pattern pattern = PQ_TRY(base::at("line " + std::to_string(number), parse_pattern(clean)));
    pattern.exception = exception;
    ignore.has_exceptions_ |= exception;
    ignore.patterns_.push_back(std::move(pattern));
  }
  return ignore;
}

bool DockerIgnore::one_of(const Token& token, char c) {
  const bool inside = std::ranges::any_of(
      token.ranges, [&](const auto& range) { return range.first <= c && c <= range.second; });
  return inside != token.negated;
}

bool DockerIgnore::fits(const Pattern& pattern, std::string_view path) {
  const std::vector<Token>& tokens = pattern.tokens;
  // at[i]: the path so far may have brought us before token i.
  std::vector<bool> at(tokens.size() + 1);
  const auto pass_empty = [&](std::vector<bool>& states) {
    for (std::size_t i = 0; i < tokens.size(); ++i)
      if (states[i] &&
          (tokens[i].kind == TokenKind::AnyRun || tokens[i].kind == TokenKind::AnyPath ||
           tokens[i].kind == TokenKind::AnyFolders))
        states[i + 1] = true;
  };
  at[0] = true;
  pass_empty(at);
  // inside[i]: within what an AnyFolders token takes; it may end after a slash only.
  std::vector<bool> inside(tokens.size() + 1);
  for (const char c : path) {
    std::vector<bool> next(tokens.size() + 1);
    std::vector<bool> next_inside(tokens.size() + 1);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const Token& token = tokens[i];
      if (token.kind == TokenKind::AnyFolders && (at[i] || inside[i])) {
        next_inside[i] = true;
        if (c == '/') next[i + 1] = true;
      }
      if (!at[i]) continue;
      if (token.kind == TokenKind::AnyPath || (token.kind == TokenKind::AnyRun && c != '/'))
        next[i] = true;
      if ((token.kind == TokenKind::Literal && token.literal == c) ||
          (token.kind == TokenKind::AnyOne && c != '/') ||
          (token.kind == TokenKind::OneOf && c != '/' && one_of(token, c)))
        next[i + 1] = true;
    }
    pass_empty(next);
    at = std::move(next);
    inside = std::move(next_inside);
  }
  return at.back();
}

bool DockerIgnore::fits_or_folder_does(const Pattern& pattern, std::string_view path) {
  if (fits(pattern, path)) return true;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1))
    if (fits(pattern, path.substr(0, slash))) return true;
  return false;
}

bool DockerIgnore::leaves_out(std::string_view path) const {
  bool out = false;
  for (const Pattern& pattern : patterns_)
    if (pattern.exception == out && fits_or_folder_does(pattern, path)) out = !pattern.exception;
  return out;
}

bool DockerIgnore::leaves_out_folder(std::string_view path) const {
  return !has_exceptions_ && leaves_out(path);
}

} // namespace portique::image
