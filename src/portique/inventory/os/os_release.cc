// os-release(5), https://www.freedesktop.org/software/systemd/man/os-release.html: assignments in
// the syntax of a shell, without expansions. As a shell would, a value may join quoted and plain
// pieces; unlike it, a plain value may hold blanks, because such files are found in the wild.

#include "portique/inventory/os/os_release.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::fail;
using base::Result;

// Takes a quoted piece, whose opening quote was read, off `rest`.
bool take_quoted(char quote, std::string_view& rest, std::string& value) {
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == quote) return true;
    const bool escape = c == '\\' && quote == '"' && !rest.empty() &&
                        std::string_view("\"\\$`").contains(rest.front());
    value.push_back(escape ? rest.front() : c);
    if (escape) rest.remove_prefix(1);
  }
  return false;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  for (const std::string_view part : base::split(text, ' ')) {
    if (!part.empty()) out.push_back(base::to_lower(part));
  }
  return out;
}

// Whether the assignment says something that we ask for.
bool apply(const ShellAssignment& assignment, model::Distro& distro) {
  const auto& [key, value] = assignment;
  if (key == "ID") {
    distro.id = base::to_lower(base::trim(value));
  } else if (key == "ID_LIKE") {
    distro.id_like = words(value);
  } else if (key == "VERSION_ID") {
    distro.version_id = base::trim(value);
  } else if (key == "VERSION_CODENAME") {
    distro.codename = base::trim(value);
  } else if (key == "NAME") {
    distro.name = value;
  } else if (key == "PRETTY_NAME") {
    distro.pretty_name = value;
  } else if (key == "CPE_NAME") {
    distro.cpe_name = value;
  } else {
    return false;
  }
  return true;
}

} // namespace

Result<ShellAssignment> parse_shell_assignment(std::string_view line) {
  const std::size_t equals = line.find('=');
  ShellAssignment assignment{.key = base::trim(line.substr(0, equals)), .value = {}};
  const bool is_key = !assignment.key.empty() && std::ranges::all_of(assignment.key, [](char c) {
    return base::is_alnum(c) || c == '_';
  });
  if (equals == std::string_view::npos || !is_key) {
    return fail(Code::Malformed, excerpt(line) + " is no assignment");
  }
  std::string_view rest = base::trim(line.substr(equals + 1));
  std::string value;
  while (!rest.empty()) {
    const char c = rest.front();
    if (base::is_space(c) && base::trim(rest).starts_with('#')) break;
    rest.remove_prefix(1);
    if (c == '"' || c == '\'') {
      if (!take_quoted(c, rest, value)) {
        return fail(Code::Malformed, excerpt(line) + " has a quote that is not closed");
      }
    } else if (c == '\\' && !rest.empty()) {
      value.push_back(rest.front());
      rest.remove_prefix(1);
    } else {
      value.push_back(c);
    }
  }
  assignment.value = utf8_value(value);
  return assignment;
}

Analysis analyze_os_release(const FileContent& file, const base::Limits& /*limits*/) {
  Analysis analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  model::Distro distro;
  bool said_something = false;
  std::string_view rest = *text;
  for (std::size_t number = 1; !rest.empty() && !issues_are_full(analysis); ++number) {
    const std::string_view line = base::trim(base::take_until(rest, '\n'));
    if (line.empty() || line.front() == '#') continue;
    const auto assignment = parse_shell_assignment(line);
    if (!assignment) {
      add_issue(analysis,
                assignment.error().code(),
                fmt::format("line {}: {}", number, assignment.error().message()));
      continue;
    }
    said_something |= apply(*assignment, distro);
  }
  if (!said_something) return analysis;
  if (distro.id.empty()) distro.id = "linux"; // as os-release(5) has it
  distro.path = file.path();
  analysis.distro = std::move(distro);
  return analysis;
}

} // namespace portique::inventory
