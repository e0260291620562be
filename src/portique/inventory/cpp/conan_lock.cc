// conan.lock, JSON. Conan 1 (versions 0.1 to 0.4) writes the graph, whose first node is the
// project:
//
//   {"graph_lock": {"nodes": {"0": {"requires": ["1"], "path": "conanfile.txt"},
//                             "1": {"ref": "zlib/1.2.12#REV", "context": "host"}}}}
//
// Conan 2 (0.5) lists references: {"requires": [...], "build_requires": [...],
// "python_requires": [...], "config_requires": [...]}; all but the first are there to build with.
// https://docs.conan.io/2/reference/commands/lock/create.html
#include "portique/inventory/cpp/conan_lock.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/cpp/conan_reference.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/lock_document.h"

namespace portique::inventory {

namespace {

using base::Code;
using model::PackageScope;
namespace json = boost::json;

void add_broken(std::string_view reference, Analysis& analysis) {
  if (!issues_are_full(analysis))
    add_issue(analysis,
              Code::Malformed,
              fmt::format("{} is no reference to one version of a package", excerpt(reference)));
}

/// Conan 1.
class GraphReader {
public:
  GraphReader(const json::object& nodes, Analysis& analysis)
      : nodes_(&nodes), analysis_(&analysis), graph_(nodes.size()) {
    for (const auto& [id, node] : nodes)
      index_.emplace(id, index_.size());
  }

  void read(DeclaredPackages& declared) {
    for (const auto& [id, value] : *nodes_)
      read_node(value.if_object());
    // Several projects may be in one graph, and their packages too ("conan lock create" of a
    // recipe): what nobody asks for is there for itself.
    for (std::size_t i = 0; i < packages_.size(); ++i)
      if (!asked_for_.contains(i)) graph_.add_root(i, PackageScope::Runtime);
    const auto scopes = graph_.scopes();
    for (std::size_t i = 0; i < packages_.size(); ++i) {
      if (!packages_[i]) continue;
      packages_[i]->scope = scopes[i].value_or(PackageScope::Runtime);
      for (const std::size_t to : requires_[i])
        if (packages_[to]) packages_[i]->dependencies.push_back(dependency_text(*packages_[to]));
      if (!declared.add(*packages_[i])) return;
    }
  }

private:
  void read_node(const json::object* node) {
    const std::size_t from = packages_.size();
    const std::string_view reference = base::json_string(node, "ref");
    packages_.push_back(reference.empty() ? std::nullopt : conan_package(reference));
    // The project's own recipe may have a name and no version.
    if (!packages_.back() && !reference.empty() && base::json_string(node, "path").empty())
      add_broken(reference, *analysis_);
    if (!base::json_string(node, "path").empty()) packages_.back().reset();
    requires_.emplace_back();
    for (const json::value& id : base::json_items(node, "requires"))
      if (const auto to = find(id)) {
        graph_.add(from, *to);
        requires_.back().push_back(*to);
      }
    for (const json::value& id : base::json_items(node, "build_requires"))
      if (const auto to = find(id)) graph_.add_root(*to, PackageScope::Development);
  }

  /// Remembers that somebody asks for it.
  std::optional<std::size_t> find(const json::value& id) {
    if (!id.is_string()) return std::nullopt;
    const auto found = index_.find(std::string_view(id.get_string()));
    if (found == index_.end()) return std::nullopt;
    asked_for_.emplace(found->second, true);
    return found->second;
  }

  const json::object* nodes_;
  Analysis* analysis_;
  DependencyGraph graph_;
  std::unordered_map<std::string_view, std::size_t> index_; ///< by the node's id
  std::unordered_map<std::size_t, bool> asked_for_;
  std::vector<std::optional<model::Package>> packages_; ///< nothing for projects
  std::vector<std::vector<std::size_t>> requires_;
};

/// Conan 2.
void read_lists(const json::object& lock, DeclaredPackages& declared, Analysis& analysis) {
  constexpr std::pair<std::string_view, PackageScope> kLists[] = {
      {"requires", PackageScope::Runtime},
      {"build_requires", PackageScope::Development},
      {"python_requires", PackageScope::Development},
      {"config_requires", PackageScope::Development},
  };
  for (const auto& [list, scope] : kLists)
    for (const json::value& item : base::json_items(&lock, list)) {
      const std::string_view reference =
          item.is_string() ? std::string_view(item.get_string()) : std::string_view{};
      auto package = conan_package(reference);
      if (!package) {
        add_broken(reference, analysis);
        continue;
      }
      package->scope = scope;
      if (!declared.add(std::move(*package))) return;
    }
}

} // namespace

Analysis analyze_conan_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  const auto document = read_json_document(file, analysis);
  if (!document) return analysis;
  const json::object* lock = document->if_object();
  const json::object* graph = base::json_object(base::json_member(lock, "graph_lock"));
  const bool has_lists =
      lock != nullptr && (lock->contains("requires") || lock->contains("build_requires") ||
                          lock->contains("python_requires"));
  if (graph == nullptr && !has_lists) {
    add_issue(analysis, Code::Malformed, "this is no lock file of Conan");
    return analysis;
  }
  DeclaredPackages declared(file.path(), limits, analysis);
  if (graph != nullptr)
    GraphReader(base::json_fields(graph, "nodes"), analysis).read(declared);
  else
    read_lists(*lock, declared, analysis);
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
