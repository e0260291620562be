// portage(5), "/var/db/pkg": lines "dir PATH", "obj PATH MD5 MTIME", "sym PATH -> TARGET MTIME",
// "fif PATH", "dev PATH". Paths are absolute and may have blanks. Portage writes "-MERGING-" before
// the name of a folder while it installs a package.

#include "portique/inventory/os/portage_contents.h"

#include <array>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/os/portage_folder.h"
#include "portique/inventory/owned_files.h"

namespace portique::inventory {

namespace {

using base::Code;

/// Takes the last word off a line; "" if there is but one.
std::string_view take_last_word(std::string_view& line) {
  const std::size_t blank = line.rfind(' ');
  if (blank == std::string_view::npos) return {};
  const std::string_view word = line.substr(blank + 1);
  line = line.substr(0, blank);
  return word;
}

class ContentsReader {
public:
  ContentsReader(const base::Limits& limits, Analysis& analysis)
      : limits_(&limits), analysis_(&analysis), owned_(limits, analysis) {}

  void read(std::string_view text, std::string_view package) {
    std::size_t number = 0;
    while (!text.empty()) {
      const std::string_view line = base::take_until(text, '\n');
      ++number;
      if (!line.empty() && !read_line(line) && !issues_are_full(*analysis_))
        add_issue(*analysis_,
                  Code::Malformed,
                  fmt::format("line {}: {} is no file of a package", number, excerpt(line)));
    }
    owned_.give_to(package);
  }

private:
  bool read_line(std::string_view line) {
    const std::string_view whole = line;
    const std::string_view kind = base::take_until(line, ' ');
    if (!line.starts_with('/')) return false;
    for (const std::string_view other : {"dir", "sym", "fif", "dev"})
      if (kind == other) return true;
    if (kind != "obj") return false;
    if (take_last_word(line).empty() || take_last_word(line).empty()) return false;
    if (line.empty() || whole.size() > limits_->path_bytes) return false;
    owned_.add(line);
    return true;
  }

  const base::Limits* limits_;
  Analysis* analysis_;
  OwnedPaths owned_;
};

} // namespace

Analysis analyze_portage_contents(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  if (file.path().contains("/-MERGING-")) return analysis;
  const auto folder = portage_folder(file.path());
  if (!folder) {
    add_issue(analysis, Code::Malformed, "its folder is not named after a package and version");
    return analysis;
  }
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  ContentsReader(limits, analysis).read(*text, folder->name);
  analysis.packages.push_back({.type = "ebuild",
                               .name = folder->name,
                               .version = folder->version,
                               .source_name = folder->name,
                               .source_version = folder->version,
                               .path = std::string(file.path())});
  return analysis;
}

} // namespace portique::inventory
