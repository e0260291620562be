#include "portique/report/dependency_graph.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>

namespace portique::report {

namespace {

using Candidates = std::vector<std::size_t>;

std::string full_name(const model::Package& package) {
  if (package.ns.empty() || model::is_os_package(package)) return package.name;
  return package.ns + "/" + package.name;
}

class Graph {
public:
  explicit Graph(std::span<const model::Package> packages) : packages_(packages) {
    for (std::size_t i = 0; i < packages.size(); ++i)
      by_name_[packages[i].type + '\0' + full_name(packages[i])].push_back(i);
  }

  [[nodiscard]] std::vector<std::size_t> needed_by(std::size_t index) const {
    const model::Package& package = packages_[index];
    std::vector<std::size_t> needed;
    for (const std::string& text : package.dependencies) {
      const std::size_t found = find(package, text);
      if (found < packages_.size() && found != index) needed.push_back(found);
    }
    std::ranges::sort(needed);
    const auto rest = std::ranges::unique(needed);
    needed.erase(rest.begin(), rest.end());
    return needed;
  }

private:
  [[nodiscard]] std::size_t find(const model::Package& package, std::string_view text) const {
    // Names may hold an '@' themselves ("@scope/name"), so that the whole is asked for first.
    if (const Candidates* named = candidates(package, text)) return best(package, *named, {});
    const std::size_t at = text.rfind('@');
    if (at == std::string_view::npos || at == 0) return packages_.size();
    const Candidates* named = candidates(package, text.substr(0, at));
    return named == nullptr ? packages_.size() : best(package, *named, text.substr(at + 1));
  }

  [[nodiscard]] const Candidates* candidates(const model::Package& package,
                                             std::string_view name) const {
    const auto found = by_name_.find(package.type + '\0' + std::string(name));
    return found == by_name_.end() ? nullptr : &found->second;
  }

  [[nodiscard]] std::size_t
  best(const model::Package& package, const Candidates& named, std::string_view version) const {
    const auto fits = [&](std::size_t i) {
      return version.empty() || packages_[i].version == version;
    };
    const auto rank = [&](std::size_t i) {
      const model::Package& other = packages_[i];
      return std::tuple(other.path == package.path, other.arch == package.arch);
    };
    std::size_t best = packages_.size();
    for (const std::size_t i : named)
      if (fits(i) && (best == packages_.size() || rank(i) > rank(best))) best = i;
    return best;
  }

  std::span<const model::Package> packages_;
  std::unordered_map<std::string, Candidates> by_name_; ///< by type and name
};

} // namespace

std::vector<std::vector<std::size_t>> dependency_graph(std::span<const model::Package> packages) {
  const Graph graph(packages);
  std::vector<std::vector<std::size_t>> edges(packages.size());
  for (std::size_t i = 0; i < packages.size(); ++i)
    edges[i] = graph.needed_by(i);
  return edges;
}

} // namespace portique::report
