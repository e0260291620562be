// pnpm's lock file, https://github.com/pnpm/spec/blob/master/lockfile/ (5.2, 6.0, 9.0). "packages"
// lists what is installed under a key made of name and version:
//
//   5: /@scope/name/1.0.0_peers     6: /@scope/name@1.0.0(peers)     9: @scope/name@1.0.0
//
// Version 9 keeps dependencies apart in "snapshots", whose keys have the peers again. A dependency
// is its name and either the version part of a key or a whole key. Since version 11 pnpm writes
// what it needs itself into a document of its own before the project's.
#include "portique/inventory/javascript/pnpm_lock.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/base/yaml.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/javascript/npm_name.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::YamlMember;
using base::YamlNode;
using model::PackageScope;

constexpr std::string_view kDependencies = "dependencies";
constexpr std::string_view kOptionalDependencies = "optionalDependencies";

struct Member {
  std::string_view name;
  PackageScope scope;
};

/// What a project asks for. The last two are tools of the project's package manager.
constexpr Member kRootMembers[] = {
    {kDependencies, PackageScope::Runtime},
    {kOptionalDependencies, PackageScope::Optional},
    {"devDependencies", PackageScope::Development},
    {"configDependencies", PackageScope::Development},
    {"packageManagerDependencies", PackageScope::Development},
};

std::string_view text_of(const YamlNode* node, std::string_view member) {
  const YamlNode* found = node == nullptr ? nullptr : node->find(member);
  return found != nullptr && found->is_scalar() && !found->is_null() ? found->text
                                                                     : std::string_view{};
}

bool is_true(const YamlNode& node, std::string_view member) {
  const YamlNode* found = node.find(member);
  return found != nullptr && found->boolean() == true;
}

const std::vector<YamlMember>& members_of(const YamlNode* node, std::string_view member) {
  static const std::vector<YamlMember> kNone;
  const YamlNode* found = node == nullptr ? nullptr : node->find(member);
  return found != nullptr && found->is_mapping() ? found->members : kNone;
}

/// Without the peers that a package was installed with.
std::string_view without_peers(std::string_view key) {
  return key.substr(0, key.find('('));
}

/// Name and version as the key has them; for packages of no registry the file names both itself.
NpmRequest parts_of(std::string_view key, bool is_old) {
  if (key.starts_with('/')) {
    key.remove_prefix(1);
  } else if (is_old) {
    // The host of another registry than the usual one.
    const std::size_t slash = key.find('/');
    if (slash == std::string_view::npos || !key.substr(0, slash).contains('.')) return {};
    key.remove_prefix(slash + 1);
  }
  if (!is_old) return npm_request(without_peers(key));
  const std::size_t slash = key.rfind('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view version = key.substr(slash + 1);
  return {key.substr(0, slash), version.substr(0, version.find('_'))};
}

struct Installed {
  std::string_view key; ///< of "packages" or "snapshots"
  const YamlNode* node = nullptr;
  std::optional<model::Package> package;
};

class LockReader {
public:
  LockReader(const YamlNode& lock, DeclaredPackages& declared, Analysis& analysis)
      : lock_(&lock), declared_(&declared), analysis_(&analysis) {}

  void read() {
    const auto version = base::parse_int<int>(version_.substr(0, version_.find('.')));
    if (!version || *version < 5 || *version > 9) {
      add_issue(*analysis_,
                version_.empty() ? Code::Malformed : Code::Unsupported,
                version_.empty()
                    ? "this is no lock file of pnpm"
                    : fmt::format("lock file version {} of pnpm is not known", excerpt(version_)));
      return;
    }
    is_old_ = *version < 6;
    collect(members_of(lock_, "packages"));
    const bool has_snapshots = *version >= 9;
    if (has_snapshots) collect_snapshots();
    for (std::size_t i = 0; i < installed_.size(); ++i)
      index_.emplace(installed_[i].key, i);
    const auto scopes = graph().scopes();
    for (std::size_t i = 0; i < installed_.size(); ++i) {
      if (!installed_[i].package) continue;
      model::Package package = *installed_[i].package;
      if (has_snapshots)
        package.scope = scopes[i].value_or(PackageScope::Runtime);
      else
        package.scope = written_scope(*installed_[i].node);
      add_dependencies(*installed_[i].node, package);
      if (!declared_->add(std::move(package))) return;
    }
  }

private:
  static PackageScope written_scope(const YamlNode& node) {
    if (is_true(node, "dev")) return PackageScope::Development;
    return is_true(node, "optional") ? PackageScope::Optional : PackageScope::Runtime;
  }

  void collect(const std::vector<YamlMember>& members) {
    for (const YamlMember& member : members)
      installed_.push_back({member.key, &member.value, package_of(member)});
  }

  /// Puts snapshots in the place of packages, which they refer to without peers.
  void collect_snapshots() {
    std::unordered_map<std::string_view, const model::Package*> packages;
    for (const Installed& one : installed_)
      if (one.package) packages.emplace(one.key, &*one.package);
    std::vector<Installed> snapshots;
    std::unordered_map<std::string_view, bool> seen;
    for (const YamlMember& member : members_of(lock_, "snapshots")) {
      const auto found = packages.find(without_peers(member.key));
      if (found == packages.end()) continue;
      seen.emplace(found->first, true);
      snapshots.push_back({member.key, &member.value, *found->second});
    }
    // A file without its snapshots still says what is there.
    for (Installed& one : installed_)
      if (one.package && !seen.contains(one.key)) snapshots.push_back(std::move(one));
    installed_ = std::move(snapshots);
  }

  std::optional<model::Package> package_of(const YamlMember& member) {
    const YamlNode* resolution = member.value.find("resolution");
    if (text_of(resolution, "type") == "directory" || is_own_folder(member.key))
      return std::nullopt;
    const NpmRequest parts = parts_of(member.key, is_old_);
    std::string_view name = text_of(&member.value, "name");
    std::string_view version = text_of(&member.value, "version");
    if (name.empty()) name = parts.name;
    if (version.empty()) version = parts.range;
    auto package = npm_package(name, version);
    if (!package) {
      if (!issues_are_full(*analysis_))
        add_issue(*analysis_,
                  Code::Malformed,
                  fmt::format("line {}: {} has no valid name and version",
                              member.place.line,
                              excerpt(member.key)));
      return std::nullopt;
    }
    package->hashes = npm_hashes(text_of(resolution, "integrity"));
    return package;
  }

  /// The package that a dependency means.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name,
                                                std::string_view version) const {
    const std::string separator = is_old_ ? "/" : "@";
    const std::string joined = std::string(name) + separator + std::string(version);
    for (const std::string& key :
         {joined, "/" + joined, std::string(version), "/" + std::string(version)}) {
      const auto found = index_.find(key);
      if (found != index_.end()) return found->second;
    }
    return std::nullopt;
  }

  template <typename Visit> void visit_dependencies(const YamlNode& node, Visit visit) const {
    for (const std::string_view member : {kDependencies, kOptionalDependencies}) {
      for (const YamlMember& dependency : members_of(&node, member))
        visit(dependency, member == kOptionalDependencies);
    }
  }

  void add_dependencies(const YamlNode& node, model::Package& package) const {
    visit_dependencies(node, [&](const YamlMember& dependency, bool is_optional) {
      const auto found = find(dependency.key, dependency.value.text);
      if (found && installed_[*found].package)
        package.dependencies.push_back(dependency_text(*installed_[*found].package));
      else if (!is_optional)
        package.dependencies.push_back(dependency.key);
    });
  }

  [[nodiscard]] DependencyGraph graph() const {
    DependencyGraph graph(installed_.size());
    for (std::size_t i = 0; i < installed_.size(); ++i) {
      visit_dependencies(*installed_[i].node, [&](const YamlMember& dependency, bool is_optional) {
        if (const auto to = find(dependency.key, dependency.value.text))
          graph.add(i, *to, is_optional);
      });
    }
    for (const YamlMember& importer : members_of(lock_, "importers")) {
      for (const auto& [member, scope] : kRootMembers) {
        for (const YamlMember& root : members_of(&importer.value, member)) {
          if (const auto to = find(root.key, text_of(&root.value, "version")))
            graph.add_root(*to, scope);
        }
      }
    }
    return graph;
  }

  const YamlNode* lock_;
  DeclaredPackages* declared_;
  Analysis* analysis_;
  std::string_view version_ = text_of(lock_, "lockfileVersion");
  bool is_old_ = false; ///< before version 6
  std::vector<Installed> installed_;
  std::unordered_map<std::string_view, std::size_t> index_; ///< of installed_ by key
};

} // namespace

Analysis analyze_pnpm_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  if (is_below_node_modules(file.path())) return analysis;
  base::Limits wider = limits;
  wider.yaml_bytes = limits.lock_file_bytes;
  wider.yaml_text_bytes = 2 * limits.lock_file_bytes;
  wider.yaml_nodes = limits.lock_file_values;
  const auto documents = base::parse_yaml(*text, wider, base::DuplicateKeys::KeepLast);
  if (!documents) {
    add_issue(analysis, documents.error());
    return analysis;
  }
  if (documents->empty()) add_issue(analysis, Code::Malformed, "this is no lock file of pnpm");
  DeclaredPackages declared(file.path(), limits, analysis);
  for (const base::YamlDocument& document : *documents)
    LockReader(document.root, declared, analysis).read();
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
