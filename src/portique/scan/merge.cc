#include "portique/scan/merge.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "portique/inventory/catalogers.h"
#include "portique/model/purl.h"
#include "portique/scan/file_tree.h"

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
      if (component != "*") {
        longer.push_back(prefix + std::string(component));
      } else if (const auto folder = tree.resolve(path)) {
        for (const std::string& name : tree.children(*folder))
          longer.push_back(prefix + name);
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

std::string identity(const model::Package& package) {
  return package.type + '\0' + package.name + '\0' + package.version + '\0' + package.arch;
}

/// purl namespace of the distribution's packages; where the purl registry names it otherwise than
/// os-release does.
std::string purl_namespace(const model::Distro& distro) {
  if (distro.id == "rhel") return "redhat";
  if (distro.id == "sles" || distro.id.starts_with("sle")) return "suse";
  if (distro.id.starts_with("opensuse")) return "opensuse";
  return distro.id;
}

class Merge {
public:
  explicit Merge(std::span<const LayerEvidence> layers) : tree_(layers) {
    std::int32_t index = 0;
    for (const LayerEvidence& layer : layers) {
      for (const model::Issue& issue : layer.issues)
        add_issue(issue, index);
      ++index;
    }
  }

  Inventory run() && {
    for (const inventory::Cataloger& cataloger : inventory::catalogers())
      for (const std::string_view location : cataloger.locations)
        for (const Place& place : places_of(tree_, location))
          take(cataloger, place);
    finish();
    return std::move(inventory_);
  }

private:
  void take(const inventory::Cataloger& cataloger, const Place& place) {
    const std::span<const FileVersion> versions = tree_.versions(place.resolved);
    if (versions.empty() || versions.back().evidence->cataloger != cataloger.id) return;
    take_licences(versions.back().evidence->analysis, place);
    if (!taken_.insert(place.resolved).second) return; // reached by another path already
    const inventory::Analysis& newest = versions.back().evidence->analysis;
    for (const model::Issue& issue : newest.issues)
      add_issue(issue, versions.back().layer);
    if (newest.distro && !inventory_.distro.known()) inventory_.distro = *newest.distro;
    if (!newest.packages.empty()) take_packages(versions);
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

  void take_packages(std::span<const FileVersion> versions) {
    // Walk from the newest state down as long as a package stays listed: that layer brought it.
    std::unordered_map<std::string, std::int32_t> brought_by;
    for (const model::Package& package : versions.back().evidence->analysis.packages)
      brought_by.emplace(identity(package), versions.back().layer);
    std::unordered_set<std::string> settled;
    for (std::size_t i = versions.size() - 1; i-- > 0;) {
      std::unordered_set<std::string> here;
      for (const model::Package& package : versions[i].evidence->analysis.packages)
        here.insert(identity(package));
      for (auto& [key, layer] : brought_by) {
        if (settled.contains(key)) continue;
        if (here.contains(key))
          layer = versions[i].layer;
        else
          settled.insert(key);
      }
    }
    for (const model::Package& package : versions.back().evidence->analysis.packages) {
      std::string key = identity(package);
      if (!known_packages_.insert(key).second) continue; // the same database at two places
      inventory_.packages.push_back(package);
      inventory_.packages.back().layer = brought_by.at(key);
    }
  }

  void add_issue(model::Issue issue, std::int32_t layer) {
    issue.layer = layer;
    inventory_.issues.push_back(std::move(issue));
  }

  void finish() {
    const std::string ns = purl_namespace(inventory_.distro);
    for (model::Package& package : inventory_.packages) {
      package.ns = ns;
      const auto found = licences_.find(package.name);
      if (package.licences.empty() && found != licences_.end()) package.licences = *found->second;
      package.purl = model::purl_of(package, inventory_.distro).text();
    }
    std::ranges::sort(inventory_.packages, {}, [](const model::Package& p) {
      return std::tie(p.type, p.name, p.version, p.arch, p.path);
    });
  }

  FileTree tree_;
  Inventory inventory_;
  std::set<std::string> taken_;
  std::unordered_set<std::string> known_packages_;
  std::map<std::string, const std::vector<std::string>*, std::less<>> licences_;
};

} // namespace

Inventory merge_layers(std::span<const LayerEvidence> layers) {
  return Merge(layers).run();
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
