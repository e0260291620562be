// https://pip.pypa.io/en/stable/reference/requirements-file-format/
#include "portique/inventory/python/requirement_lines.h"

#include <algorithm>

#include "portique/base/text.h"
#include "portique/inventory/python/python_name.h"

namespace portique::inventory {

namespace {

// A comment begins a line or stands behind a blank: "#egg=name" is part of an address.
std::string_view without_comment(std::string_view line) {
  for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1))
    if (at == 0 || base::is_space(line[at - 1])) return line.substr(0, at);
  return line;
}

bool is_address(std::string_view text) {
  const std::string_view word = text.substr(0, text.find_first_of(" \t;"));
  if (word.starts_with('.') || word.starts_with('/') || word.contains("://")) return true;
  for (const std::string_view ending : {".whl", ".zip", ".tar.gz", ".tar.bz2"})
    if (word.ends_with(ending)) return true;
  // A folder beside the file: requirements have slashes only in addresses behind an "@".
  return word.contains('/') && !word.contains('@');
}

// " --hash=sha256:0123 --config-settings ...": options behind a requirement begin with two dashes.
void take_options(RequirementLine& line) {
  const std::size_t begin = std::min(line.text.find(" --"), line.text.size());
  const std::string options = line.text.substr(begin);
  line.text.resize(begin);
  constexpr std::string_view kHash = "--hash";
  for (std::size_t at = options.find(kHash); at != std::string::npos;
       at = options.find(kHash, at)) {
    at += kHash.size();
    std::string_view value = std::string_view(options).substr(at);
    if (!value.starts_with('=') && !value.starts_with(' ')) continue;
    value = base::trim(value.substr(1));
    std::string hash = python_hash(value.substr(0, value.find_first_of(" \t")));
    if (!hash.empty()) line.hashes.push_back(std::move(hash));
  }
}

} // namespace

std::string RequirementLineReader::take_logical_line() {
  std::string logical;
  while (!rest_.empty()) {
    std::string_view line = base::take_until(rest_, '\n');
    ++number_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    // A comment ends a continued line, and is not continued itself.
    const bool is_comment = base::trim(line).starts_with('#');
    const bool goes_on = line.ends_with('\\') && !is_comment;
    if (goes_on) line.remove_suffix(1);
    if (!is_comment) logical += line;
    if (!goes_on) break;
  }
  return logical;
}

std::optional<RequirementLine> RequirementLineReader::next() {
  while (!rest_.empty()) {
    RequirementLine line{.number = number_ + 1};
    const std::string logical = take_logical_line();
    line.text = base::trim(without_comment(logical));
    if (line.text.empty()) continue;
    if (line.text.starts_with('-')) {
      line.kind = RequirementLine::Kind::Option;
      return line;
    }
    take_options(line);
    line.text = base::trim(line.text);
    if (is_address(line.text)) line.kind = RequirementLine::Kind::Address;
    return line;
  }
  return std::nullopt;
}

} // namespace portique::inventory
