// https://man.archlinux.org/man/alpm-db-files.5: "%FILES%", then a path a line without leading
// slash, those of folders with a slash at their end; behind an empty line "%BACKUP%" names some of
// them again.

#include "portique/inventory/os/pacman_files.h"

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/owned_files.h"

namespace portique::inventory {

namespace {

using base::Code;

/// The package of a folder "NAME-[EPOCH:]VERSION-RELEASE"; "" if it is none.
std::string_view package_of_folder(std::string_view path) {
  path = path.substr(0, path.rfind('/'));
  const std::string_view folder = path.substr(path.rfind('/') + 1);
  const std::size_t release = folder.rfind('-');
  if (release == std::string_view::npos || release == 0) return {};
  const std::size_t version = folder.rfind('-', release - 1);
  if (version == std::string_view::npos) return {};
  const std::string_view name = folder.substr(0, version);
  return base::is_word(name) ? name : std::string_view{};
}

void read_files(std::string_view text,
                std::string_view package,
                const base::Limits& limits,
                Analysis& analysis) {
  OwnedPaths owned(limits, analysis);
  std::string_view section;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::string_view line = base::take_until(text, '\n');
    ++number;
    if (line.empty()) {
      section = {};
    } else if (section.empty()) {
      section = line;
      if (line.starts_with('%')) continue;
      if (!issues_are_full(analysis))
        add_issue(analysis,
                  Code::Malformed,
                  fmt::format("line {}: {} is no field", number, excerpt(line)));
    } else if (section == "%FILES%" && !line.ends_with('/')) {
      if (line.size() <= limits.path_bytes)
        owned.add(line);
      else if (!issues_are_full(analysis))
        add_issue(
            analysis, Code::LimitExceeded, fmt::format("line {}: the path is too long", number));
    }
  }
  owned.give_to(package);
}

} // namespace

Analysis analyze_pacman_files(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  const std::string_view package = package_of_folder(file.path());
  std::string buffer;
  const auto text = file.text(buffer);
  if (package.empty())
    add_issue(analysis, Code::Malformed, "its folder is not named after a package");
  else if (!text)
    add_issue(analysis, text.error());
  else
    read_files(*text, package, limits, analysis);
  return analysis;
}

} // namespace portique::inventory
