#include "portique/inventory/os/deb822.h"

#include <algorithm>

#include "portique/base/text.h"

namespace portique::inventory {

namespace {

bool is_continuation(std::string_view text) {
  return !text.empty() && (text.front() == ' ' || text.front() == '\t');
}

bool is_field_name(std::string_view name) {
  return !name.empty() && name.front() != '-' &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7f'; });
}

} // namespace

// As in dpkg's pkg_name_is_illegal(): a letter or digit, then those and "-+._".
bool is_deb_package_name(std::string_view name) {
  return !name.empty() && base::is_alnum(name.front()) && std::ranges::all_of(name, [](char c) {
    return base::is_alnum(c) || c == '-' || c == '+' || c == '.' || c == '_';
  });
}

std::string_view Deb822Reader::take_line() {
  ++line_;
  std::string_view line = base::take_until(rest_, '\n');
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Deb822Item Deb822Reader::field(std::string_view line) {
  const std::size_t first_line = line_;
  const std::size_t colon = line.find(':');
  const std::string_view name = base::trim(line.substr(0, colon));
  if (colon == std::string_view::npos || is_continuation(line) || !is_field_name(name)) {
    return {.kind = Deb822Item::Kind::Broken, .line = first_line, .value = line};
  }
  const char* end = line.data() + line.size();
  while (is_continuation(rest_)) {
    const std::string_view more = take_line();
    end = more.data() + more.size();
  }
  const char* begin = line.data() + colon + 1;
  std::string_view value(begin, static_cast<std::size_t>(end - begin));
  value.remove_prefix(std::min(value.find_first_not_of(" \t\r"), value.size()));
  while (!value.empty() && base::is_space(value.back()))
    value.remove_suffix(1);
  return {.kind = Deb822Item::Kind::Field, .line = first_line, .name = name, .value = value};
}

std::optional<Deb822Item> Deb822Reader::next() {
  while (!rest_.empty()) {
    const std::string_view line = take_line();
    if (line.starts_with('#')) continue;
    if (line.empty()) {
      if (!in_stanza_) continue;
      in_stanza_ = false;
      return Deb822Item{.kind = Deb822Item::Kind::EndOfStanza, .line = line_};
    }
    if (!in_stanza_ && base::trim(line).empty()) continue;
    in_stanza_ = true;
    return field(line);
  }
  if (!in_stanza_) return std::nullopt;
  in_stanza_ = false;
  return Deb822Item{.kind = Deb822Item::Kind::EndOfStanza, .line = line_};
}

} // namespace portique::inventory
