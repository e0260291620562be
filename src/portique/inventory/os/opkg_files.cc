// One absolute path a line, folders left out; newer versions put mode and link target behind a tab.

#include "portique/inventory/os/opkg_files.h"

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/os/deb822.h"
#include "portique/inventory/owned_files.h"

namespace portique::inventory {

namespace {

using base::Code;

void read_paths(std::string_view text,
                std::string_view package,
                const base::Limits& limits,
                Analysis& analysis) {
  OwnedPaths owned(limits, analysis);
  std::size_t number = 0;
  while (!text.empty()) {
    std::string_view line = base::take_until(text, '\n');
    ++number;
    if (line.empty()) continue;
    const std::string_view path = base::take_until(line, '\t');
    if (path.starts_with('/') && path.size() <= limits.path_bytes)
      owned.add(path);
    else if (!issues_are_full(analysis))
      add_issue(analysis,
                Code::Malformed,
                fmt::format("line {}: {} is no absolute path", number, excerpt(path)));
  }
  owned.give_to(package);
}

} // namespace

Analysis analyze_opkg_files(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string_view package = file.path().substr(file.path().rfind('/') + 1);
  package = package.substr(0, package.rfind('.'));
  std::string buffer;
  const auto text = file.text(buffer);
  if (!is_deb_package_name(package))
    add_issue(analysis, Code::Malformed, excerpt(package) + " is no package name");
  else if (!text)
    add_issue(analysis, text.error());
  else
    read_paths(*text, package, limits, analysis);
  return analysis;
}

} // namespace portique::inventory
