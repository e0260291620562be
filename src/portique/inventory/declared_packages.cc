#include "portique/inventory/declared_packages.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "portique/inventory/add_issue.h"

namespace portique::inventory {

namespace {

using model::PackageScope;

PackageScope stronger(PackageScope a, PackageScope b) {
  for (const PackageScope scope : {PackageScope::Runtime, PackageScope::Optional})
    if (a == scope || b == scope) return scope;
  return PackageScope::Development;
}

void append(std::vector<std::string>& to, std::vector<std::string>& from) {
  std::ranges::move(from, std::back_inserter(to));
}

// Keeps the first of each, in their order.
void drop_repeated(std::vector<std::string>& texts) {
  std::unordered_set<std::string_view> seen;
  std::vector<std::string> kept;
  for (const std::string& text : texts)
    if (seen.insert(text).second) kept.push_back(text);
  texts = std::move(kept);
}

} // namespace

std::string dependency_text(const model::Package& package) {
  std::string text = package.ns;
  if (!text.empty()) text += '/';
  text += package.name;
  if (!package.version.empty()) text += '@' + package.version;
  return text;
}

bool DeclaredPackages::add(model::Package package, std::string_view compared_name) {
  if (full_) return false;
  const std::string name(compared_name.empty() ? package.name : compared_name);
  const std::string key = package.type + '\0' + package.ns + '\0' + name + '\0' + package.version;
  const auto [known, is_new] = index_.try_emplace(key, packages_.size());
  if (!is_new) {
    model::Package& first = packages_[known->second];
    first.scope = stronger(first.scope, package.scope);
    append(first.dependencies, package.dependencies);
    append(first.licences, package.licences);
    append(first.hashes, package.hashes);
    return true;
  }
  if (packages_.size() >= limits_->packages) {
    add_issue(*analysis_, base::Code::LimitExceeded, "too many packages; the rest is not read");
    full_ = true;
    return false;
  }
  package.declared = true;
  package.path = path_;
  packages_.push_back(std::move(package));
  return true;
}

void DeclaredPackages::finish() {
  for (model::Package& package : packages_) {
    std::ranges::sort(package.dependencies);
    const auto surplus = std::ranges::unique(package.dependencies);
    package.dependencies.erase(surplus.begin(), surplus.end());
    drop_repeated(package.licences);
    drop_repeated(package.hashes);
  }
  std::ranges::move(packages_, std::back_inserter(analysis_->packages));
  packages_.clear();
}

std::vector<std::optional<PackageScope>> DependencyGraph::scopes() const {
  std::vector<std::optional<PackageScope>> found(edges_.size());
  std::vector<std::size_t> optional; // what only optional edges of runtime packages lead to
  const auto spread = [&](std::vector<std::size_t> waiting, PackageScope scope) {
    while (!waiting.empty()) {
      const std::size_t package = waiting.back();
      waiting.pop_back();
      if (found[package]) continue;
      found[package] = scope;
      for (const auto& [to, is_optional] : edges_[package]) {
        const bool weaker = is_optional && scope == PackageScope::Runtime;
        (weaker ? optional : waiting).push_back(to);
      }
    }
  };
  const auto roots_of = [&](PackageScope scope) {
    std::vector<std::size_t> roots;
    for (const auto& [package, why] : roots_)
      if (why == scope) roots.push_back(package);
    return roots;
  };
  spread(roots_of(PackageScope::Runtime), PackageScope::Runtime);
  std::ranges::copy(roots_of(PackageScope::Optional), std::back_inserter(optional));
  spread(optional, PackageScope::Optional);
  spread(roots_of(PackageScope::Development), PackageScope::Development);
  return found;
}

} // namespace portique::inventory
