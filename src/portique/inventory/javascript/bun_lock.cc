// bun's text lock file, https://bun.sh/docs/install/lockfile: JSON with commas to spare.
// "workspaces" has what the projects ask for. "packages" has the tree of folders: keys are names,
// one below the other with slashes between them, values are lists that begin with "NAME@VERSION".
// From a registry: [id, registry, details, integrity]; from git: [id, details, commit, integrity];
// a workspace: [id].
#include "portique/inventory/javascript/bun_lock.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/javascript/npm_name.h"

namespace portique::inventory {

namespace {

using base::Code;
using model::PackageScope;
namespace json = boost::json;

struct Member {
  std::string_view name;
  PackageScope scope;
};

/// What a project asks for. bun installs the peers of a project as well.
constexpr Member kRootMembers[] = {
    {"dependencies", PackageScope::Runtime},
    {"peerDependencies", PackageScope::Runtime},
    {"optionalDependencies", PackageScope::Optional},
    {"devDependencies", PackageScope::Development},
};

struct Installed {
  std::string_view place; ///< its key
  const json::object* details = nullptr;
  std::optional<model::Package> package; ///< nothing for workspaces
};

std::string_view text_of(const json::value& value) {
  return value.is_string() ? std::string_view(value.get_string()) : std::string_view{};
}

class LockReader {
public:
  LockReader(const json::object& lock, DeclaredPackages& declared, Analysis& analysis)
      : lock_(&lock), declared_(&declared), analysis_(&analysis) {}

  void read() {
    for (const auto& [place, value] : base::json_fields(lock_, "packages")) {
      if (is_npm_place(place)) index_.emplace(place, installed_.size());
      installed_.push_back(installed_at(place, value));
    }
    const auto scopes = graph().scopes();
    for (std::size_t i = 0; i < installed_.size(); ++i) {
      if (!installed_[i].package) continue;
      model::Package package = *installed_[i].package;
      package.scope = scopes[i].value_or(PackageScope::Runtime);
      visit_dependencies(
          i, [&](std::string_view name, std::optional<std::size_t> found, bool weak) {
            if (found && installed_[*found].package)
              package.dependencies.push_back(dependency_text(*installed_[*found].package));
            else if (!weak)
              package.dependencies.emplace_back(name);
          });
      if (!declared_->add(std::move(package))) return;
    }
    if (budget_.used_up()) add_issue(*analysis_, Code::LimitExceeded, std::string(kLookupsUsedUp));
  }

private:
  Installed installed_at(std::string_view place, const json::value& value) {
    Installed installed{.place = place, .details = nullptr, .package = std::nullopt};
    const auto broken = [&](Code code, std::string_view what) {
      if (!issues_are_full(*analysis_))
        add_issue(*analysis_, code, fmt::format("packages entry {} {}", excerpt(place), what));
      return installed;
    };
    if (!is_npm_place(place)) return broken(Code::LimitExceeded, "lies too deep");
    const json::array* parts = value.if_array();
    const NpmRequest id =
        parts == nullptr || parts->empty() ? NpmRequest{} : npm_request(text_of(parts->front()));
    if (is_own_folder(id.range)) return installed;
    installed.package = npm_package(id.name, id.range);
    if (!installed.package) return broken(Code::Malformed, "has no valid name and version");
    for (std::size_t i = 1; i < parts->size(); ++i) {
      const json::value& part = parts->at(i);
      if (part.is_object() && installed.details == nullptr) installed.details = &part.get_object();
      if (i + 1 == parts->size()) installed.package->hashes = npm_hashes(text_of(part));
    }
    return installed;
  }

  /// As Node.js looks for it: below the place, then beside it and each one around it.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view place,
                                                std::string_view name) const {
    for (;;) {
      const std::string key =
          place.empty() ? std::string(name) : std::string(place) + "/" + std::string(name);
      if (!budget_.spend(key.size())) return std::nullopt;
      if (const auto found = index_.find(key); found != index_.end()) return found->second;
      if (place.empty()) return std::nullopt;
      const std::size_t slash = place.rfind('/');
      place = place.substr(0, slash == std::string_view::npos ? 0 : slash);
    }
  }

  /// visit(name, the package that it means if it is there, whether the package works without it)
  template <typename Visit> void visit_dependencies(std::size_t from, Visit visit) const {
    const json::object* details = installed_[from].details;
    std::unordered_set<std::string_view> optional_peers;
    for (const json::value& peer : base::json_items(details, "optionalPeers"))
      optional_peers.insert(text_of(peer));
    for (const std::string_view member :
         {"dependencies", "optionalDependencies", "peerDependencies"}) {
      for (const auto& [name, range] : base::json_fields(details, member)) {
        const bool weak = member == "optionalDependencies" ||
                          (member == "peerDependencies" && optional_peers.contains(name));
        visit(std::string_view(name), find(installed_[from].place, name), weak);
      }
    }
  }

  [[nodiscard]] DependencyGraph graph() const {
    DependencyGraph graph(installed_.size());
    for (std::size_t i = 0; i < installed_.size(); ++i) {
      visit_dependencies(i, [&](std::string_view, std::optional<std::size_t> found, bool weak) {
        if (found) graph.add(i, *found, weak);
      });
    }
    for (const auto& [folder, value] : base::json_fields(lock_, "workspaces")) {
      const json::object* workspace = value.if_object();
      // What a workspace has for itself lies below its name.
      const std::string_view place = folder.empty() ? "" : base::json_string(workspace, "name");
      for (const auto& [member, scope] : kRootMembers) {
        for (const auto& [name, range] : base::json_fields(workspace, member)) {
          if (const auto found = find(place, name)) graph.add_root(*found, scope);
        }
      }
    }
    return graph;
  }

  const json::object* lock_;
  DeclaredPackages* declared_;
  Analysis* analysis_;
  std::vector<Installed> installed_;
  std::unordered_map<std::string_view, std::size_t> index_; ///< of installed_ by place
  mutable LookupBudget budget_;
};

/// The latest version that bun 1.3 writes.
constexpr std::int64_t kNewestVersion = 1;

} // namespace

Analysis analyze_bun_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  if (is_below_node_modules(file.path())) return analysis;
  if (file.path().ends_with('b')) {
    add_issue(analysis,
              Code::Unsupported,
              "bun.lockb is a binary lock file, which is not read; `bun install "
              "--save-text-lockfile` writes bun.lock, which is");
    return analysis;
  }
  const auto parsed = base::parse_json_with_comments(*text);
  if (!parsed) {
    add_issue(analysis, parsed.error());
    return analysis;
  }
  const json::object* lock = base::json_object(&*parsed);
  const auto version = base::json_integer(lock, "lockfileVersion");
  if (!version) {
    add_issue(analysis, Code::Malformed, "this is no lock file of bun");
    return analysis;
  }
  if (*version < 0 || *version > kNewestVersion) {
    add_issue(analysis,
              Code::Unsupported,
              fmt::format("lock file version {} of bun is not known; it is read like version {}",
                          *version,
                          kNewestVersion));
  }
  DeclaredPackages declared(file.path(), limits, analysis);
  LockReader(*lock, declared, analysis).read();
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
