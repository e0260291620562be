// Debian's copyright files: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
// where the first stanza has a Format that says so, else prose, in which Debian policy 12.5 demands
// a reference to the text of a common licence. Guessing licences from their words is not tried.

#include "portique/inventory/os/deb_copyright.h"

#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/os/deb822.h"

namespace portique::inventory {

namespace {

using base::Code;

// The most of Debian 12 are some 150, in the copyright of Chromium.
constexpr std::size_t kMostLicences = 1000;
// Longer text where a short name belongs is no short name.
constexpr std::size_t kLongestName = 200;

using Names = std::set<std::string_view>;

bool is_format_field(const Deb822Item& item) {
  // Before version 1.0 the field and its address had other names.
  if (!base::equals_ignore_case(item.name, "Format") &&
      !base::equals_ignore_case(item.name, "Format-Specification")) {
    return false;
  }
  const std::string value = base::to_lower(item.value.substr(0, kLongestName));
  return value.contains("copyright-format") || value.contains("dep5") ||
         value.contains("copyrightformat");
}

bool is_machine_readable(std::string_view text) {
  Deb822Reader reader(text);
  while (const auto item = reader.next()) {
    if (item->kind != Deb822Item::Kind::Field) return false;
    if (is_format_field(*item)) return true;
  }
  return false;
}

Names short_names(std::string_view text) {
  Names names;
  Deb822Reader reader(text);
  while (const auto item = reader.next()) {
    if (item->kind != Deb822Item::Kind::Field) continue;
    if (!base::equals_ignore_case(item->name, "License")) continue;
    const std::string_view name = base::trim(item->value.substr(0, item->value.find('\n')));
    if (!name.empty() && name.size() <= kLongestName) names.insert(name);
    if (names.size() > kMostLicences) break;
  }
  return names;
}

Names common_licences(std::string_view text) {
  constexpr std::string_view kFolder = "/usr/share/common-licenses/";
  Names names;
  for (std::size_t at = text.find(kFolder); at != std::string_view::npos;
       at = text.find(kFolder, at)) {
    at += kFolder.size();
    std::size_t end = at;
    while (end < text.size() &&
           (base::is_alnum(text[end]) || text[end] == '.' || text[end] == '-')) {
      ++end;
    }
    while (end > at && !base::is_alnum(text[end - 1]))
      --end; // the full stop of the sentence
    const std::string_view name = text.substr(at, end - at);
    if (!name.empty() && name.size() <= kLongestName) names.insert(name);
    if (names.size() > kMostLicences) break;
  }
  return names;
}

// The folder that a file lies in.
std::string_view folder_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view folder = path.substr(0, slash);
  return folder.substr(folder.rfind('/') + 1);
}

} // namespace

Analysis analyze_deb_copyright(const FileContent& file, const base::Limits& /*limits*/) {
  Analysis analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  if (text->contains('\0')) {
    add_issue(analysis, Code::Malformed, "the copyright file is no text");
    return analysis;
  }
  Names names;
  if (is_machine_readable(*text)) names = short_names(*text);
  if (names.empty()) names = common_licences(*text);
  if (names.size() > kMostLicences) {
    add_issue(analysis,
              Code::LimitExceeded,
              fmt::format("the copyright file names more than {} licences", kMostLicences));
    return analysis;
  }
  if (names.empty()) return analysis;
  LicenceFact fact{.package = utf8_value(folder_name(file.path())), .licences = {}};
  for (const std::string_view name : names)
    fact.licences.push_back(utf8_value(name));
  std::ranges::sort(fact.licences); // names that were no UTF-8 have changed
  fact.licences.erase(std::ranges::unique(fact.licences).begin(), fact.licences.end());
  analysis.licences.push_back(std::move(fact));
  return analysis;
}

} // namespace portique::inventory
