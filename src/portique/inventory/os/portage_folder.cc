// Package Manager Specification 8, sections 3.1 (names) and 3.2 (versions):
// https://projects.gentoo.org/pms/8/pms.html

#include "portique/inventory/os/portage_folder.h"

#include <algorithm>

#include "portique/base/text.h"

namespace portique::inventory {

namespace {

bool is_name(std::string_view text) {
  return !text.empty() && text.front() != '-' && std::ranges::all_of(text, [](char c) {
    return base::is_alnum(c) || c == '+' || c == '_' || c == '-' || c == '.';
  });
}

/// Where the dash before the version stands: the last one that a digit follows, a revision aside.
std::size_t version_dash(std::string_view folder) {
  std::string_view rest = folder;
  const std::size_t last = rest.rfind('-');
  if (last == std::string_view::npos) return last;
  const std::string_view revision = rest.substr(last + 1);
  if (revision.size() > 1 && revision.front() == 'r' &&
      std::ranges::all_of(revision.substr(1), base::is_digit))
    rest = rest.substr(0, last);
  const std::size_t dash = rest.rfind('-');
  if (dash == std::string_view::npos || dash + 1 == rest.size() || !base::is_digit(rest[dash + 1]))
    return std::string_view::npos;
  return dash;
}

} // namespace

std::optional<PortageFolder> portage_folder(std::string_view path) {
  const std::size_t end = path.rfind('/');
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  const std::size_t begin = path.rfind('/', end - 1);
  if (begin == std::string_view::npos || begin == 0) return std::nullopt;
  const std::string_view folder = path.substr(begin + 1, end - begin - 1);
  const std::string_view category =
      path.substr(0, begin).substr(path.substr(0, begin).rfind('/') + 1);
  const std::size_t dash = version_dash(folder);
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view name = folder.substr(0, dash);
  const std::string_view version = folder.substr(dash + 1);
  if (!is_name(category) || !is_name(name) || !base::is_word(version)) return std::nullopt;
  return PortageFolder{std::string(category) + '/' + std::string(name), std::string(version)};
}

} // namespace portique::inventory
