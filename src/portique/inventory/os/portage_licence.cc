// Package Manager Specification 8, section 8.2: names of licences, "( )" groups, "||" for a choice,
// "flag?" for a condition, which portage has decided when it writes the file. Groups and choices
// are not kept apart: every name counts.

#include "portique/inventory/os/portage_licence.h"

#include <algorithm>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/os/portage_folder.h"

namespace portique::inventory {

Analysis analyze_portage_licence(const FileContent& file, const base::Limits&) {
  Analysis analysis;
  const auto folder = portage_folder(file.path());
  std::string buffer;
  const auto text = file.text(buffer);
  if (!folder || !text) {
    if (!text)
      add_issue(analysis, text.error());
    else
      add_issue(
          analysis, base::Code::Malformed, "its folder is not named after a package and version");
    return analysis;
  }
  LicenceFact fact{folder->name, {}};
  std::string words(*text);
  std::replace_if(words.begin(), words.end(), base::is_space, ' ');
  for (const std::string_view word : base::split(words, ' ')) {
    if (word.empty() || word == "(" || word == ")" || word == "||" || word.ends_with('?')) continue;
    std::string licence = utf8_value(word);
    if (std::ranges::find(fact.licences, licence) == fact.licences.end())
      fact.licences.push_back(std::move(licence));
    if (fact.licences.size() == 1000) break; // no package has a hundred
  }
  if (!fact.licences.empty()) analysis.licences.push_back(std::move(fact));
  return analysis;
}

} // namespace portique::inventory
