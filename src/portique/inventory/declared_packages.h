#pragma once

// What lock files have in common: they name a package at several places, and tell only of the
// direct dependencies what they are there for.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "portique/base/limits.h"
#include "portique/inventory/cataloger.h"
#include "portique/model/package.h"

namespace portique::inventory {

/// The packages of one lock file, each name and version once. Whatever asks for a package counts:
/// it is there for the strongest reason (runtime, then optional, then development), with the
/// dependencies of all its places.
class DeclaredPackages {
public:
  /// `path`: of the lock file. Everything is borrowed.
  DeclaredPackages(std::string_view path, const base::Limits& limits, Analysis& analysis)
      : path_(path), limits_(&limits), analysis_(&analysis) {}

  /// Takes a package and marks it as declared by the file. `compared_name`: its name as the
  /// ecosystem compares names, if not as it is written. False, with an issue, if there are too
  /// many.
  bool add(model::Package package, std::string_view compared_name = {});

  /// Hands them over in their order, dependencies sorted. Nothing may be added afterwards.
  void finish();

private:
  std::string_view path_;
  const base::Limits* limits_;
  Analysis* analysis_;
  std::vector<model::Package> packages_;
  std::unordered_map<std::string, std::size_t> index_; ///< by type, namespace, name and version
  bool full_ = false;
};

/// Who depends on whom in a lock file, to find what each package is there for.
class DependencyGraph {
public:
  explicit DependencyGraph(std::size_t packages) : edges_(packages) {}

  /// `optional`: the first one works without the second.
  void add(std::size_t from, std::size_t to, bool optional = false) {
    edges_[from].emplace_back(to, optional);
  }

  /// What the application itself asks for.
  void add_root(std::size_t package, model::PackageScope scope) {
    roots_.emplace_back(package, scope);
  }

  /// For each package the strongest reason that leads to it; nothing if none does.
  [[nodiscard]] std::vector<std::optional<model::PackageScope>> scopes() const;

private:
  std::vector<std::vector<std::pair<std::size_t, bool>>> edges_;
  std::vector<std::pair<std::size_t, model::PackageScope>> roots_;
};

/// "NAME@VERSION" with the namespace before it, as Package::dependencies lists packages.
std::string dependency_text(const model::Package& package);

} // namespace portique::inventory
