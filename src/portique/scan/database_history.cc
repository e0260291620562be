#include "portique/scan/database_history.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "portique/base/text.h"
#include "portique/inventory/catalogers.h"
#include "portique/scan/file_owners.h"
#include "portique/scan/image_finding.h"

namespace portique::scan {

namespace {

constexpr std::string_view kDoctored = "PORTIQUE-IMAGE-DOCTORED-DATABASE";
constexpr std::string_view kDeleted = "PORTIQUE-IMAGE-DELETED-DATABASE";

bool lies_at(std::string_view path, std::string_view location) {
  while (true) {
    const std::size_t slash = path.find('/');
    const std::size_t end = location.find('/');
    if (!base::fits_star(location.substr(0, end), path.substr(0, slash))) return false;
    if (slash == path.npos || end == location.npos)
      return slash == path.npos && end == location.npos;
    path = path.substr(slash + 1);
    location = location.substr(end + 1);
  }
}

/// "a, b, c and 9 more".
std::string list_of(std::span<const std::string> names) {
  constexpr std::size_t kShown = 5;
  std::string list;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i)
    list += (i == 0 ? "" : ", ") + base::printable(names[i]);
  if (names.size() > kShown) list += " and " + std::to_string(names.size() - kShown) + " more";
  return list;
}

} // namespace

std::string package_identity(const model::Package& package) {
  return package.type + '\0' + package.ns + '\0' + package.name + '\0' + package.version + '\0' +
         package.arch;
}

std::vector<model::Package> listed_packages(std::span<const FileVersion> versions) {
  std::vector<model::Package> packages = versions.back().evidence->analysis.packages;
  // Walk from the newest state down as long as a package stays listed: that layer brought it.
  std::unordered_map<std::string, std::int32_t> brought_by;
  for (const model::Package& package : packages)
    brought_by.emplace(package_identity(package), versions.back().layer);
  std::unordered_set<std::string> settled;
  for (std::size_t i = versions.size() - 1; i-- > 0;) {
    std::unordered_set<std::string> here;
    for (const model::Package& package : versions[i].evidence->analysis.packages)
      here.insert(package_identity(package));
    for (auto& [key, layer] : brought_by) {
      if (settled.contains(key)) continue;
      if (here.contains(key))
        layer = versions[i].layer;
      else
        settled.insert(key);
    }
  }
  for (model::Package& package : packages)
    package.layer = brought_by.at(package_identity(package));
  return packages;
}

bool DatabaseHistory::still_there(std::string_view package,
                                  const inventory::Analysis& past,
                                  std::int32_t layer) const {
  const std::string list = "var/lib/dpkg/info/" + std::string(package) + ".list";
  if (!tree_->versions(list).empty()) return true;
  const auto owned = std::ranges::find(past.owned, package, &inventory::OwnedFiles::package);
  if (owned == past.owned.end()) return false;
  if (programs_.empty())
    for (const auto& [path, program] : tree_->programs()) {
      programs_.emplace(inventory::path_hash(path), program.layer);
      programs_.emplace(inventory::path_hash(merged_usr_alias(path)), program.layer);
    }
  return std::ranges::any_of(owned->paths, [&](std::uint64_t hash) {
    const auto found = programs_.find(hash);
    return found != programs_.end() && found->second <= layer;
  });
}

PastPackages DatabaseHistory::vanished(std::span<const FileVersion> versions) const {
  std::unordered_set<std::string_view> names;
  for (const model::Package& package : versions.back().evidence->analysis.packages)
    names.insert(package.name);
  PastPackages past;
  std::map<std::int32_t, std::vector<std::string>> taken_out;
  for (std::size_t i = versions.size() - 1; i-- > 0;) {
    const inventory::Analysis& then = versions[i].evidence->analysis;
    std::vector<model::Package> listed = listed_packages(versions.first(i + 1));
    for (model::Package& package : listed) {
      if (names.contains(package.name)) continue;
      if (still_there(package.name, then, versions[i].layer))
        taken_out[versions[i + 1].layer].push_back(package.name);
      else
        package.removed_in = versions[i + 1].layer;
      past.packages.push_back(std::move(package));
    }
    for (const model::Package& package : then.packages)
      names.insert(package.name);
    for (const inventory::OwnedFiles& owned : then.owned)
      if (!taken_out.empty()) past.owned.push_back(&owned);
  }
  for (const auto& [layer, packages] : taken_out) {
    model::Finding finding =
        image_finding(kDoctored, model::Severity::High, versions.back().evidence->path, layer);
    finding.title = "Packages were taken out of the package database, but their files are there";
    finding.evidence = list_of(packages) + (packages.size() == 1 ? " is" : " are") +
                       " listed in a lower layer and not in this one";
    finding.remedy = "Remove packages with the package manager; they are still scanned here";
    set_fingerprint(finding);
    past.findings.push_back(std::move(finding));
  }
  return past;
}

PastPackages DatabaseHistory::deleted(const RemovedFile& file,
                                      const inventory::Cataloger& cataloger) const {
  PastPackages past;
  const FileEvidence& evidence = *file.last.evidence;
  // A location with "*" is one file a package, which goes with it.
  const bool counted = std::ranges::any_of(cataloger.locations, [&](std::string_view location) {
    return !location.contains('*') && lies_at(evidence.path, location);
  });
  if (!counted || evidence.analysis.packages.empty()) return past;
  for (model::Package package : evidence.analysis.packages) {
    package.layer = file.last.layer;
    past.packages.push_back(std::move(package));
  }
  for (const inventory::OwnedFiles& owned : evidence.analysis.owned)
    past.owned.push_back(&owned);
  if (!tree_->versions(evidence.path).empty()) return past; // replaced: the newer one counts too
  model::Finding finding =
      image_finding(kDeleted, model::Severity::High, evidence.path, file.removed_in);
  finding.title = "The package database was deleted";
  finding.evidence = "it lists " + std::to_string(past.packages.size()) +
                     " packages in a lower layer; they are taken to be installed";
  finding.remedy = "Leave the package database in the image, or build without the package manager";
  set_fingerprint(finding);
  past.findings.push_back(std::move(finding));
  return past;
}

} // namespace portique::scan
