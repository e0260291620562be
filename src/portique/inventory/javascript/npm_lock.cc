// npm's lock files, https://docs.npmjs.com/cli/v10/configuring-npm/package-lock-json. Since version
// 2 "packages" lists every place in the tree by its path; version 1 nests "dependencies" the way
// the folders nest. Version 2 carries both, for npm 6; the former says more.
#include "portique/inventory/javascript/npm_lock.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/javascript/npm_name.h"

namespace portique::inventory {

namespace {

using base::Code;
using model::Package;
using model::PackageScope;
namespace json = boost::json;

constexpr std::string_view kNodeModules = "node_modules/";

bool is_true(const json::object& entry, std::string_view member) {
  const json::value* value = base::json_member(&entry, member);
  return value != nullptr && value->is_bool() && value->get_bool();
}

PackageScope scope_of(const json::object& entry) {
  if (is_true(entry, "dev")) return PackageScope::Development;
  if (is_true(entry, "optional") || is_true(entry, "devOptional")) return PackageScope::Optional;
  return PackageScope::Runtime;
}

std::vector<std::string> hashes_of(const json::object& entry) {
  return npm_hashes(base::json_string(&entry, "integrity"));
}

/// The name that is looked for, and the package that was found under it if one was.
std::string dependency_of(std::string_view name, const std::optional<Package>& found) {
  return found ? dependency_text(*found) : std::string(name);
}

/// Versions 2 and 3.
class PlacesReader {
public:
  PlacesReader(const json::object& places, DeclaredPackages& declared, Analysis& analysis)
      : places_(&places), declared_(&declared), analysis_(&analysis) {}

  void read() {
    for (const auto& [path, value] : *places_) {
      const json::object* entry = value.if_object();
      if (entry == nullptr) {
        issue(Code::Malformed, path, "is no object");
      } else if (!is_npm_place(path)) {
        issue(Code::LimitExceeded, path, "lies too deep");
      } else if (const auto found = package_at(path, *entry)) {
        if (!declared_->add(completed(*found, path, *entry))) return;
      } else if (is_broken(path, *entry)) {
        issue(Code::Malformed, path, "has no valid name and version");
      }
    }
    if (budget_.used_up()) add_issue(*analysis_, Code::LimitExceeded, std::string(kLookupsUsedUp));
  }

private:
  void issue(Code code, std::string_view path, std::string_view what) {
    if (issues_are_full(*analysis_)) return;
    add_issue(*analysis_, code, fmt::format("packages entry {} {}", excerpt(path), what));
  }

  /// Where the name of a place begins; nothing for the project and its workspaces.
  static std::optional<std::size_t> name_start(std::string_view path) {
    const std::size_t at = path.rfind(kNodeModules);
    if (at == std::string_view::npos || (at > 0 && path[at - 1] != '/')) return std::nullopt;
    return at + kNodeModules.size();
  }

  static std::optional<Package> package_at(std::string_view path, const json::object& entry) {
    const auto start = name_start(path);
    if (!start || is_true(entry, "link")) return std::nullopt;
    std::string_view name = base::json_string(&entry, "name"); // of an alias
    if (name.empty()) name = path.substr(*start);
    std::string_view version = base::json_string(&entry, "version");
    if (version.empty()) version = base::json_string(&entry, "resolved");
    return npm_package(name, version);
  }

  /// npm leaves entries without version and source for optional packages of other platforms.
  static bool is_broken(std::string_view path, const json::object& entry) {
    return name_start(path) && !is_true(entry, "link") &&
           (entry.contains("version") || entry.contains("resolved"));
  }

  Package completed(Package package, std::string_view path, const json::object& entry) const {
    package.scope = scope_of(entry);
    package.hashes = hashes_of(entry);
    if (const auto licence = base::json_string(&entry, "license"); !licence.empty())
      package.licences.emplace_back(licence);
    for (const std::string_view member :
         {"dependencies", "optionalDependencies", "peerDependencies"}) {
      for (const auto& [name, range] : base::json_fields(&entry, member)) {
        const auto found = find(path, name);
        // What is not there was left out on purpose, unless it is a plain dependency.
        if (found || member == "dependencies")
          package.dependencies.push_back(dependency_of(name, found));
      }
    }
    return package;
  }

  /// As Node.js looks for it: in the node_modules of the place, then of each folder above.
  [[nodiscard]] std::optional<Package> find(std::string_view from, std::string_view name) const {
    std::string candidate;
    for (;;) {
      candidate.assign(from);
      if (!candidate.empty()) candidate += '/';
      candidate += kNodeModules;
      candidate += name;
      if (!budget_.spend(candidate.size())) return std::nullopt;
      if (const auto* entry = base::json_object(base::json_member(places_, candidate)))
        return package_at(candidate, *entry);
      if (from.empty()) return std::nullopt;
      const std::size_t slash = from.rfind('/');
      from = from.substr(0, slash == std::string_view::npos ? 0 : slash);
      if (from.ends_with("/node_modules") || from == "node_modules")
        from.remove_suffix(std::min(from.size(), kNodeModules.size()));
    }
  }

  const json::object* places_;
  DeclaredPackages* declared_;
  Analysis* analysis_;
  mutable LookupBudget budget_;
};

/// Version 1.
class NestedReader {
public:
  NestedReader(DeclaredPackages& declared, Analysis& analysis)
      : declared_(&declared), analysis_(&analysis) {}

  /// `dependencies` of the project or of a package. As deep as JSON may nest.
  void read(const json::object& dependencies) {
    around_.push_back(&dependencies);
    for (const auto& [name, value] : dependencies) {
      const json::object* entry = value.if_object();
      if (entry == nullptr) {
        issue(name);
        continue;
      }
      const json::object& nested = base::json_fields(entry, "dependencies");
      around_.push_back(&nested);
      if (auto package = package_of(name, *entry)) {
        package->scope = scope_of(*entry);
        package->hashes = hashes_of(*entry);
        package->dependencies = dependencies_of(*entry);
        if (!declared_->add(std::move(*package))) return;
      } else if (!is_own_folder(base::json_string(entry, "version"))) {
        issue(name);
      }
      around_.pop_back();
      if (!nested.empty()) read(nested);
    }
    around_.pop_back();
  }

private:
  void issue(std::string_view name) {
    if (issues_are_full(*analysis_)) return;
    add_issue(*analysis_,
              Code::Malformed,
              fmt::format("dependency {} has no valid name and version", excerpt(name)));
  }

  /// The version of an alias is "npm:NAME@VERSION", that of what is in no registry its address.
  static std::optional<Package> package_of(std::string_view name, const json::object& entry) {
    std::string_view version = base::json_string(&entry, "version");
    if (is_own_folder(version)) return std::nullopt;
    if (version.starts_with("npm:")) {
      const NpmRequest alias = npm_request(version.substr(4));
      return npm_package(alias.name, alias.range);
    }
    return npm_package(name, version);
  }

  std::vector<std::string> dependencies_of(const json::object& entry) const {
    std::vector<std::string> texts;
    for (const auto& [name, range] : base::json_fields(&entry, "requires"))
      texts.push_back(dependency_of(name, find(name)));
    return texts;
  }

  [[nodiscard]] std::optional<Package> find(std::string_view name) const {
    for (auto place = around_.rbegin(); place != around_.rend(); ++place) {
      if (const auto* entry = base::json_object(base::json_member(*place, name)))
        return package_of(name, *entry);
    }
    return std::nullopt;
  }

  std::vector<const json::object*> around_; ///< from the project's inwards
  DeclaredPackages* declared_;
  Analysis* analysis_;
};

} // namespace

Analysis analyze_npm_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  if (is_below_node_modules(file.path())) return analysis;
  const auto parsed = base::parse_json(*text);
  if (!parsed) {
    add_issue(analysis, parsed.error());
    return analysis;
  }
  const json::object* lock = base::json_object(&*parsed);
  const json::object* places = base::json_object(base::json_member(lock, "packages"));
  const json::object* nested = base::json_object(base::json_member(lock, "dependencies"));
  if (places == nullptr && nested == nullptr && !base::json_integer(lock, "lockfileVersion")) {
    add_issue(analysis, Code::Malformed, "this is no lock file of npm");
    return analysis;
  }
  DeclaredPackages declared(file.path(), limits, analysis);
  if (places != nullptr)
    PlacesReader(*places, declared, analysis).read();
  else if (nested != nullptr)
    NestedReader(declared, analysis).read(*nested);
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
