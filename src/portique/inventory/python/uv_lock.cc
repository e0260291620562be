// uv's lock file, https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile: a table for
// each package, with its dependencies, those of its extras and, for the project's own, of its
// groups.
#include "portique/inventory/python/uv_lock.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/python/locked_packages.h"
#include "portique/inventory/python/python_name.h"

namespace portique::inventory {

namespace {

namespace json = boost::json;
using model::PackageScope;

/// Folders on the machine of whoever wrote the file.
bool is_own(const json::value& table) {
  const json::object& source = base::json_fields(base::json_object(&table), "source");
  return source.contains("virtual") || source.contains("editable") || source.contains("directory");
}

class LockReader {
public:
  LockReader(const json::array& tables, Analysis& analysis) : packages_(analysis) {
    for (const json::value& value : tables) {
      const auto index = packages_.add(value, is_own(value));
      if (!index) continue;
      const json::object& table = value.get_object();
      tables_.push_back(&table);
      auto& hashes = packages_[*index].package.hashes;
      const json::object& sdist = base::json_fields(&table, "sdist");
      if (auto hash = python_hash(base::json_string(&sdist, "hash")); !hash.empty())
        hashes.push_back(std::move(hash));
      add_file_hashes(base::json_items(&table, "wheels"), hashes);
    }
  }

  void read(std::string_view path, const base::Limits& limits) {
    number_extras();
    DependencyGraph graph(packages_.size() + extras_.size());
    for (std::size_t i = 0; i < tables_.size(); ++i)
      add_edges(i, graph);
    const auto scopes = graph.scopes();
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      packages_[i].package.scope = scopes[i].value_or(PackageScope::Runtime);
      for (const json::value& dependency : base::json_items(tables_[i], "dependencies")) {
        const json::object* needed = base::json_object(&dependency);
        packages_.depend(
            i, base::json_string(needed, "name"), base::json_string(needed, "version"));
      }
    }
    packages_.finish(path, limits);
  }

private:
  /// An extra of a package is a node of its own behind those of the packages.
  void number_extras() {
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      for (const auto& [extra, list] : base::json_fields(tables_[i], "optional-dependencies"))
        extras_.emplace(extra_key(i, extra), packages_.size() + extras_.size());
    }
  }

  static std::string extra_key(std::size_t package, std::string_view extra) {
    return fmt::format("{} {}", package, normal_python_name(extra));
  }

  void add_edges(std::size_t package, DependencyGraph& graph) const {
    const json::object* table = tables_[package];
    const bool own = packages_[package].own;
    if (own) graph.add_root(package, PackageScope::Runtime);
    for (const json::value& dependency : base::json_items(table, "dependencies"))
      visit(dependency, [&](std::size_t to) { graph.add(package, to); });
    for (const auto& [extra, list] : base::json_fields(table, "optional-dependencies")) {
      const std::size_t node = extras_.at(extra_key(package, extra));
      if (own) graph.add_root(node, PackageScope::Optional);
      if (!list.is_array()) continue;
      for (const json::value& dependency : list.get_array())
        visit(dependency, [&](std::size_t to) { graph.add(node, to); });
    }
    for (const auto& [group, list] : base::json_fields(table, "dev-dependencies")) {
      if (!list.is_array()) continue;
      for (const json::value& dependency : list.get_array())
        visit(dependency, [&](std::size_t to) { graph.add_root(to, PackageScope::Development); });
    }
  }

  /// Every package that a dependency means, and every extra that it asks for.
  template <typename Take> void visit(const json::value& dependency, Take take) const {
    const json::object* needed = base::json_object(&dependency);
    for (const std::size_t to :
         packages_.find(base::json_string(needed, "name"), base::json_string(needed, "version"))) {
      take(to);
      for (const json::value& extra : base::json_items(needed, "extra")) {
        if (!extra.is_string()) continue;
        const auto node = extras_.find(extra_key(to, extra.get_string()));
        if (node != extras_.end()) take(node->second);
      }
    }
  }

  LockedPackages packages_;
  std::vector<const json::object*> tables_; ///< of packages_, in the same order
  std::unordered_map<std::string, std::size_t> extras_;
};

} // namespace

Analysis analyze_uv_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  const auto lock = read_toml_lock(file, "package", limits, analysis);
  if (!lock) return analysis;
  const json::object* document = base::json_object(&*lock);
  const auto version = base::json_integer(document, "version");
  if (!version || *version != 1) {
    add_issue(analysis,
              version ? base::Code::Unsupported : base::Code::Malformed,
              version ? fmt::format("lock file version {} of uv is not known; it is read like "
                                    "version 1",
                                    *version)
                      : "the lock file of uv has no version");
  }
  LockReader(base::json_items(document, "package"), analysis).read(file.path(), limits);
  return analysis;
}

} // namespace portique::inventory
