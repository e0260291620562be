// dpkg's info/PACKAGE[:ARCHITECTURE].list: one absolute path a line, folders included, "/." for the
// root (dpkg-query(1), --listfiles). status.d/PACKAGE.md5sums of distroless images: lines as
// md5sum(1) writes them, paths without leading slash; configuration files are not among them.
// Diversions are not applied: a file that another package pushed aside lies under a name that no
// list has.

#include "portique/inventory/os/dpkg_files.h"

#include <algorithm>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/os/deb822.h"
#include "portique/inventory/owned_files.h"

namespace portique::inventory {

namespace {

using base::Code;

constexpr std::string_view kListSuffix = ".list";
constexpr std::string_view kChecksumsSuffix = ".md5sums";
constexpr std::size_t kMd5Digits = 32;

/// Takes the checksum and what separates it off an md5sum line; false if there is none.
bool take_checksum(std::string_view& line) {
  if (line.size() < kMd5Digits + 2 || line[kMd5Digits] != ' ') return false;
  if (!std::ranges::all_of(line.substr(0, kMd5Digits), [](char c) {
        return base::is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
      }))
    return false;
  line.remove_prefix(kMd5Digits + 1);
  if (line[0] == ' ' || line[0] == '*') line.remove_prefix(1); // read as text, or as binary
  return !line.empty();
}

class ListReader {
public:
  ListReader(bool checksums, const base::Limits& limits, Analysis& analysis)
      : checksums_(checksums), limits_(&limits), analysis_(&analysis), owned_(limits, analysis) {}

  void read(std::string_view text, std::string_view package) {
    std::size_t number = 0;
    while (!text.empty()) {
      std::string_view line = base::take_until(text, '\n');
      if (line.ends_with('\r')) line.remove_suffix(1);
      ++number;
      if (!line.empty()) path(line, text, number);
    }
    owned_.give_to(package);
  }

private:
  void path(std::string_view line, std::string_view rest, std::size_t number) {
    const std::string_view whole = line;
    const bool is_path = checksums_ ? take_checksum(line) : line.starts_with('/');
    if (!is_path || line.contains('\0')) {
      issue(Code::Malformed, number, [&] {
        return excerpt(whole) + (checksums_ ? " is no checksum of a file" : " is no absolute path");
      });
      return;
    }
    if (line.size() > limits_->path_bytes) {
      issue(Code::LimitExceeded, number, [] { return "the path is too long"; });
      return;
    }
    // A folder stands right before what it holds.
    const bool is_folder = rest.starts_with(line) && rest.substr(line.size()).starts_with('/');
    if (!is_folder) owned_.add(line);
  }

  template <typename Describe> void issue(Code code, std::size_t number, Describe describe) {
    if (issues_are_full(*analysis_)) return;
    add_issue(*analysis_, code, fmt::format("line {}: {}", number, describe()));
  }

  bool checksums_;
  const base::Limits* limits_;
  Analysis* analysis_;
  OwnedPaths owned_;
};

} // namespace

Analysis analyze_dpkg_files(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string_view package = file.path().substr(file.path().rfind('/') + 1);
  const bool checksums = package.ends_with(kChecksumsSuffix);
  const std::string_view suffix = checksums ? kChecksumsSuffix : kListSuffix;
  if (package.ends_with(suffix)) package.remove_suffix(suffix.size());
  package = package.substr(0, package.find(':'));
  if (!is_deb_package_name(package)) {
    add_issue(analysis, Code::Malformed, excerpt(package) + " is no package name");
    return analysis;
  }
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  ListReader(checksums, limits, analysis).read(*text, package);
  return analysis;
}

} // namespace portique::inventory
