// DESCRIPTION, in Debian's control file syntax:
// https://cran.r-project.org/doc/manuals/r-release/R-exts.html#The-DESCRIPTION-file. "Built" is
// written when a package is built for installation. Packages of the priority "base" are R itself
// and have its version.
#include "portique/inventory/r/r_installed.h"

#include <algorithm>
#include <string>
#include <utility>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/lock_document.h"
#include "portique/inventory/os/deb822.h"
#include "portique/inventory/r/r_package.h"

namespace portique::inventory {

namespace {

using base::Code;

/// Whether the path is that of a package inside of one of R's libraries:
/// "usr/lib/R/library/MASS/DESCRIPTION".
bool is_in_library(std::string_view path) {
  const auto parts = base::split(path, '/');
  if (parts.size() < 3) return false;
  const std::string_view library = parts[parts.size() - 3];
  return library == "library" || library == "site-library";
}

struct Description {
  std::string_view name, version, licence;
  bool built = false;
  bool of_bioconductor = false;
  model::Package package;
};

Description read_fields(std::string_view text) {
  Description found;
  Deb822Reader reader(text);
  while (const auto item = reader.next()) {
    if (item->kind == Deb822Item::Kind::EndOfStanza) break;
    if (item->kind != Deb822Item::Kind::Field) continue;
    if (item->name == "Package")
      found.name = item->value;
    else if (item->name == "Version")
      found.version = item->value;
    else if (item->name == "License")
      found.licence = item->value;
    else if (item->name == "Built")
      found.built = true;
    else if (item->name == "biocViews")
      found.of_bioconductor = true;
    else if (item->name == "Depends" || item->name == "Imports" || item->name == "LinkingTo")
      add_r_dependencies(item->value, found.package);
  }
  return found;
}

} // namespace

Analysis analyze_r_installed(const FileContent& file, const base::Limits& /*limits*/) {
  Analysis analysis;
  std::string buffer;
  const auto text = read_text(file, buffer, analysis);
  if (!text) return analysis;
  Description found = read_fields(*text);
  const bool in_library = is_in_library(file.path());
  if (!in_library && !found.built) return analysis; // sources, or nothing of R's
  if (!base::is_word(found.name) || !base::is_word(found.version)) {
    add_issue(analysis, Code::Malformed, "the R package has no valid name and version");
    return analysis;
  }
  model::Package& package = found.package;
  package.type = r_package_type(found.of_bioconductor);
  package.name = utf8_value(found.name);
  package.version = utf8_value(found.version);
  package.path = file.path();
  if (!found.licence.empty()) package.licences.push_back(utf8_value(found.licence));
  std::ranges::sort(package.dependencies);
  const auto surplus = std::ranges::unique(package.dependencies);
  package.dependencies.erase(surplus.begin(), surplus.end());
  analysis.packages.push_back(std::move(package));
  return analysis;
}

} // namespace portique::inventory
