// yarn 1: https://classic.yarnpkg.com/lang/en/docs/yarn-lock/, yarn 2 and later: YAML
// (https://yarnpkg.com/advanced/lexicon#lockfile) of mappings and plain or quoted scalars on one
// line. A key that is too long for YAML stands behind "? ", its colon on the next line.
#include "portique/inventory/javascript/yarn_lines.h"

#include <algorithm>
#include <utility>

#include "portique/base/text.h"

namespace portique::inventory {

namespace {

/// Requests that one entry answers; a package that all of a large monorepo asks for has some 100.
constexpr std::size_t kMostRequests = 100'000;

/// Takes a text in double quotes, as JSON has it, off `rest`; nothing if it does not end. Escapes
/// of code points, which no name or version holds, stay as they are.
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string out;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return out;
    }
    if (rest[i] == '\\' && i + 1 < rest.size()) {
      ++i;
      const bool is_plain = rest[i] == '"' || rest[i] == '\\' || rest[i] == '/';
      if (!is_plain) out += '\\';
    }
    out += rest[i];
  }
  return std::nullopt;
}

/// Takes a key that is not in quotes: up to a colon that ends it, or a blank.
std::string take_plain_key(std::string_view& rest) {
  std::size_t end = 0;
  const auto ends_here = [&] {
    if (rest[end] == ' ' || rest[end] == ',') return true;
    return rest[end] == ':' && (end + 1 == rest.size() || rest[end + 1] == ' ');
  };
  while (end < rest.size() && !ends_here())
    ++end;
  std::string key(rest.substr(0, end));
  rest.remove_prefix(end);
  return key;
}

std::optional<std::string> take_key(std::string_view& rest) {
  if (rest.starts_with('"')) return take_quoted(rest);
  std::string key = take_plain_key(rest);
  if (key.empty()) return std::nullopt;
  return key;
}

void skip_blanks(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
}

/// Takes one key off `rest`, with the requests in it: later yarns put all of them into one.
bool take_request(std::string_view& rest, std::vector<std::string>& keys) {
  if (!rest.starts_with('"')) {
    const std::size_t end = std::min(rest.find(", "), rest.size() - 1);
    keys.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end);
    return true;
  }
  const auto quoted = take_quoted(rest);
  if (!quoted) return false;
  std::string_view list = *quoted;
  for (std::size_t comma = list.find(", ");
       comma != std::string_view::npos && keys.size() <= kMostRequests;
       comma = list.find(", ")) {
    keys.emplace_back(list.substr(0, comma));
    list.remove_prefix(comma + 2);
  }
  keys.emplace_back(list);
  return true;
}

/// The requests of an entry, then a colon. A range may have blanks (">= 1 < 2") and "||", but no
/// comma and blank before a name.
bool take_requests(std::string_view rest, std::vector<std::string>& keys) {
  while (!rest.empty() && keys.size() <= kMostRequests) {
    if (!take_request(rest, keys) || keys.back().empty()) return false;
    if (rest == ":") return true;
    if (!rest.starts_with(", ")) return false;
    rest.remove_prefix(2);
  }
  return false;
}

bool take_member(std::string_view rest, YarnLine& line) {
  auto key = take_key(rest);
  if (!key) return false;
  line.keys.push_back(std::move(*key));
  const bool has_colon = rest.starts_with(':');
  if (has_colon) rest.remove_prefix(1);
  if (rest.empty()) return has_colon;
  if (!rest.starts_with(' ')) return false;
  skip_blanks(rest);
  if (!rest.starts_with('"')) {
    line.value = rest;
    return true;
  }
  auto value = take_quoted(rest);
  if (!value || !base::trim(rest).empty()) return false;
  line.value = std::move(*value);
  return true;
}

} // namespace

std::optional<YarnLine> YarnLineReader::next() {
  while (!rest_.empty()) {
    std::string_view text = base::take_until(rest_, '\n');
    ++number_;
    const std::size_t indent = std::min(text.find_first_not_of(' '), text.size());
    text = base::trim(text.substr(indent));
    // ":" alone belongs to a long key above, "---" begins a YAML document.
    if (text.empty() || text.starts_with('#') || text == ":" || text == "---") continue;
    YarnLine line{.number = number_, .depth = indent / 2, .keys = {}, .value = {}};
    std::string long_key;
    if (text.starts_with("? ")) {
      long_key = std::string(base::trim(text.substr(2))) + ":";
      text = long_key;
    }
    line.broken = indent % 2 != 0 ||
                  !(line.depth == 0 ? take_requests(text, line.keys) : take_member(text, line));
    if (line.broken) line.value = text;
    return line;
  }
  return std::nullopt;
}

} // namespace portique::inventory
