#include "portique/scan/merge.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "portique/base/text.h"
#include "portique/inventory/catalogers.h"
#include "portique/model/purl.h"
#include "portique/scan/database_history.h"
#include "portique/scan/file_owners.h"
#include "portique/scan/file_tree.h"
#include "portique/scan/settle_distro.h"

namespace portique::scan {

namespace {

/// A place where a cataloger's file counts, "*" filled in, and where it really lies.
struct Place {
  std::string path;
  std::string resolved;
};

/// Every place that a location with "*" components may stand for in this image.
std::vector<Place> places_of(const FileTree& tree, std::string_view location) {
  std::vector<std::string> paths{{}};
  while (!location.empty()) {
    const std::size_t slash = location.find('/');
    const std::string_view component = location.substr(0, slash);
    location = slash == std::string_view::npos ? std::string_view{} : location.substr(slash + 1);
    std::vector<std::string> longer;
    for (const std::string& path : paths) {
      const std::string prefix = path.empty() ? std::string{} : path + "/";
      if (!component.contains('*')) {
        longer.push_back(prefix + std::string(component));
      } else if (const auto folder = tree.resolve(path)) {
        for (const std::string& name : tree.children(*folder))
          if (base::fits_star(component, name)) longer.push_back(prefix + name);
      }
    }
    paths = std::move(longer);
  }
  std::vector<Place> places;
  for (std::string& path : paths)
    if (auto resolved = tree.resolve(path))
      places.push_back({std::move(path), std::move(*resolved)});
  return places;
}

/// purl namespace of the distribution's packages; where the purl registry names it otherwise than
/// os-release does.
std::string purl_namespace(const model::Distro& distro) {
  if (distro.id == "rhel") return "redhat";
  if (distro.id == "sles" || distro.id.starts_with("sle")) return "suse";
  if (distro.id.starts_with("opensuse")) return "opensuse";
  return distro.id;
}

std::string_view kind_text(inventory::ExecutableKind kind) {
  switch (kind) {
  case inventory::ExecutableKind::Pe:
    return "pe";
  case inventory::ExecutableKind::MachO:
    return "mach-o";
  case inventory::ExecutableKind::Script:
    return "script";
  case inventory::ExecutableKind::Elf:
    break;
  }
  return "elf";
}

/// The folder whose files an installed package of a language accounts for: "a/site-packages/" for
/// "a/site-packages/b.dist-info/METADATA", "a/node_modules/b/" for "a/node_modules/b/package.json";
/// "" if the file that names the package is all there is.
std::string_view covered_folder(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view folder = path.substr(0, slash);
  if (folder.ends_with(".dist-info") || folder.ends_with(".egg-info"))
    return folder.substr(0, folder.rfind('/') + 1);
  if (path.ends_with("/package.json")) return path.substr(0, slash + 1);
  return {};
}

/// The package whose maintainer script, which dpkg keeps beside its database, a path is; "" if
/// none.
std::string_view package_of_script(std::string_view path) {
  constexpr std::string_view kInfo = "var/lib/dpkg/info/";
  if (!path.starts_with(kInfo)) return {};
  path.remove_prefix(kInfo.size());
  for (const std::string_view script : {".preinst", ".postinst", ".prerm", ".postrm", ".config"})
    if (path.ends_with(script)) {
      path.remove_suffix(script.size());
      return path.substr(0, path.find(':')); // "libc6:amd64"
    }
  return {};
}

class Merge {
public:
  Merge(std::span<const LayerEvidence> layers, const MergeOptions& options)
      : tree_(layers), options_(options) {
    std::int32_t index = 0;
    for (const LayerEvidence& layer : layers) {
      for (const model::Issue& issue : layer.issues)
        add_issue(issue, index);
      ++index;
    }
    for (const inventory::Cataloger& cataloger : inventory::catalogers())
      catalogers_.emplace(cataloger.id, &cataloger);
  }

  Inventory run() && {
    for (const inventory::Cataloger& cataloger : inventory::catalogers())
      for (const std::string_view location : cataloger.locations)
        for (const Place& place : places_of(tree_, location))
          take_database(cataloger, place);
    take_removed();
    for (const auto& [path, versions] : tree_.files())
      if (counts_anywhere(*versions.back().evidence)) take_file(versions);
    finish();
    inventory_.owners = std::move(owners_);
    return std::move(inventory_);
  }

private:
  [[nodiscard]] bool counts_anywhere(const FileEvidence& file) const {
    const auto found = catalogers_.find(file.cataloger);
    if (found == catalogers_.end() || !found->second->locations.empty()) return false;
    return options_.declared || found->second->evidence == inventory::Evidence::Installed;
  }

  [[nodiscard]] bool counts_at_place(const FileEvidence& file) const {
    const auto found = catalogers_.find(file.cataloger);
    if (found == catalogers_.end()) return false;
    const auto& locations = found->second->locations;
    return std::ranges::find(locations, file.path) != locations.end();
  }

  void take_database(const inventory::Cataloger& cataloger, const Place& place) {
    const std::span<const FileVersion> versions = tree_.versions(place.resolved);
    if (versions.empty() || versions.back().evidence->cataloger != cataloger.id) return;
    take_licences(versions.back().evidence->analysis, place);
    if (!taken_.insert(place.resolved).second) return; // reached by another path already
    const inventory::Analysis& newest = versions.back().evidence->analysis;
    for (const model::Issue& issue : newest.issues)
      add_issue(issue, versions.back().layer);
    // The first place that says anything wins; what its lower layers say is what was there before.
    if (newest.distro && claims_.empty())
      for (const FileVersion& version : versions)
        if (version.evidence->analysis.distro)
          claims_.push_back({*version.evidence->analysis.distro, version.layer, model::kNoLayer});
    for (const inventory::OwnedFiles& owned : newest.owned)
      owners_.add(owned);
    add_packages(listed_packages(versions));
    if (versions.size() > 1) databases_.push_back(versions);
  }

  /// The folder's name as it is reached is the package's: documentation folders link to each other.
  void take_licences(const inventory::Analysis& analysis, const Place& place) {
    for (const inventory::LicenceFact& fact : analysis.licences) {
      std::string package = fact.package;
      const std::size_t end = place.path.rfind('/');
      if (end != std::string::npos && place.path != place.resolved) {
        const std::size_t begin = place.path.rfind('/', end - 1);
        package = place.path.substr(begin + 1, end - begin - 1);
      }
      licences_.emplace(std::move(package), &fact.licences);
    }
  }

  /// A file that counts wherever it lies.
  void take_file(std::span<const FileVersion> versions) {
    const FileEvidence& file = *versions.back().evidence;
    for (const model::Issue& issue : file.analysis.issues)
      add_issue(issue, versions.back().layer);
    for (model::Package package : listed_packages(versions)) {
      if (!known_packages_.insert(package_identity(package) + '\0' + package.path).second) continue;
      inventory_.packages.push_back(std::move(package));
    }
  }

  void add_packages(std::vector<model::Package> packages) {
    for (model::Package& package : packages)
      if (known_packages_.insert(package_identity(package)).second) // else the same at two places
        inventory_.packages.push_back(std::move(package));
  }

  /// What is not seen any more by who looks at the uppermost state alone.
  void take_removed() {
    if (!options_.layered) return;
    for (const RemovedFile& file : tree_.removed())
      if (file.last.evidence->analysis.distro && counts_at_place(*file.last.evidence))
        claims_.push_back({*file.last.evidence->analysis.distro, file.last.layer, file.removed_in});
    const DatabaseHistory history(tree_);
    for (const std::span<const FileVersion> versions : databases_)
      take(history.vanished(versions));
    for (const RemovedFile& file : tree_.removed()) {
      const auto found = catalogers_.find(file.last.evidence->cataloger);
      if (found == catalogers_.end()) continue;
      if (!found->second->locations.empty())
        take(history.deleted(file, *found->second));
      else if (counts_anywhere(*file.last.evidence))
        take_deleted_file(file);
    }
  }

  void take(PastPackages past) {
    add_packages(std::move(past.packages));
    for (const inventory::OwnedFiles* owned : past.owned)
      owners_.add(*owned);
    std::ranges::move(past.findings, std::back_inserter(inventory_.findings));
  }

  void take_deleted_file(const RemovedFile& file) {
    for (model::Package package : file.last.evidence->analysis.packages) {
      package.layer = file.last.layer;
      package.removed_in = file.removed_in;
      if (known_packages_.insert(package_identity(package) + '\0' + package.path).second)
        inventory_.packages.push_back(std::move(package));
    }
  }

  void add_issue(model::Issue issue, std::int32_t layer) {
    issue.layer = layer;
    inventory_.issues.push_back(std::move(issue));
  }

  void take_distro() {
    SettledDistro settled = settle_distro(claims_, inventory_.packages);
    inventory_.distro = std::move(settled.distro);
    std::ranges::move(settled.findings, std::back_inserter(inventory_.findings));
  }

  void finish() {
    take_distro();
    const std::string ns = purl_namespace(inventory_.distro);
    std::map<std::string_view, std::string_view> purls;
    for (model::Package& package : inventory_.packages) {
      if (!model::is_os_package(package)) {
        if (!package.purl.empty()) continue;
        package.purl = model::purl_of(package, inventory_.distro).text();
        continue;
      }
      package.ns = ns;
      const auto found = licences_.find(package.name);
      if (package.licences.empty() && found != licences_.end()) package.licences = *found->second;
      package.purl = model::purl_of(package, inventory_.distro).text();
      purls.emplace(package.name, package.purl);
    }
    if (!options_.layered) drop_declared_twice();
    for (model::Package& package : inventory_.packages) {
      if (model::is_os_package(package) || package.declared) continue;
      const auto owner = purls.find(owners_.owner_of(package.path));
      if (owner != purls.end()) package.owner = owner->second;
    }
    drop_known_programs();
    list_unowned();
    tell_missing_database();
    std::ranges::sort(inventory_.packages, {}, [](const model::Package& p) {
      return std::tie(p.type, p.name, p.version, p.arch, p.path);
    });
  }

  /// A program that was known by its name and text says nothing new where the distribution's
  /// package that brought it is listed.
  void drop_known_programs() {
    std::erase_if(inventory_.packages, [](const model::Package& package) {
      return package.type == "generic" && !package.owner.empty();
    });
  }

  /// In a source tree, what a lock file asks for and what is installed below it are one and the
  /// same.
  void drop_declared_twice() {
    std::set<std::string> installed;
    for (const model::Package& package : inventory_.packages)
      if (!package.declared) installed.insert(package_identity(package));
    std::erase_if(inventory_.packages, [&](const model::Package& package) {
      return package.declared && installed.contains(package_identity(package));
    });
  }

  /// A distribution without a single package: its database is not there, or is no regular file, or
  /// holds nothing. That is not "no packages".
  void tell_missing_database() {
    if (!options_.layered || !inventory_.distro.known()) return;
    if (std::ranges::any_of(inventory_.packages, model::is_os_package)) return;
    inventory_.issues.push_back(
        {base::Code::NotFound,
         "the image says that it is " + base::printable(inventory_.distro.id) +
             ", but no package database of it could be read, so its packages were not checked",
         inventory_.distro.path,
         model::kNoLayer});
  }

  void list_unowned() {
    std::set<std::string_view, std::less<>> folders;
    std::set<std::string_view, std::less<>> files;
    std::set<std::string_view, std::less<>> debs;
    for (const model::Package& package : inventory_.packages) {
      if (package.type == "deb") debs.insert(package.name);
      if (model::is_os_package(package) || package.removed_in != model::kNoLayer) continue;
      files.insert(package.path);
      if (const auto folder = covered_folder(package.path); !folder.empty()) folders.insert(folder);
    }
    const auto covered = [&](std::string_view path) {
      if (files.contains(path)) return true;
      if (folders.empty()) return false;
      for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
           slash = path.find('/', slash + 1))
        if (folders.contains(path.substr(0, slash + 1))) return true;
      return false;
    };
    for (const auto& [path, program] : tree_.programs())
      if (!covered(path) && owners_.owner_of(path).empty() &&
          !debs.contains(package_of_script(path)))
        inventory_.unowned.push_back({path,
                                      std::string(kind_text(program.executable.kind)),
                                      program.executable.is_library,
                                      program.layer});
  }

  FileTree tree_;
  MergeOptions options_;
  Inventory inventory_;
  FileOwners owners_;
  std::map<std::string_view, const inventory::Cataloger*, std::less<>> catalogers_;
  std::vector<std::span<const FileVersion>> databases_; ///< those that have a history
  std::vector<DistroClaim> claims_;
  std::set<std::string> taken_;
  std::unordered_set<std::string> known_packages_;
  std::map<std::string, const std::vector<std::string>*, std::less<>> licences_;
};

} // namespace

Inventory merge_layers(std::span<const LayerEvidence> layers, const MergeOptions& options) {
  return Merge(layers, options).run();
}

ExtraPaths unread_link_targets(std::span<const LayerEvidence> layers,
                               const inventory::PathMatcher& matcher) {
  const FileTree tree(layers);
  ExtraPaths unread;
  const auto catalogers = inventory::catalogers();
  for (std::size_t i = 0; i < catalogers.size(); ++i)
    for (const std::string_view location : catalogers[i].locations)
      for (const Place& place : places_of(tree, location))
        if (place.path != place.resolved && tree.versions(place.resolved).empty() &&
            !place.resolved.empty() && !matcher.match(place.resolved))
          unread.emplace(place.resolved, i);
  return unread;
}

} // namespace portique::scan
