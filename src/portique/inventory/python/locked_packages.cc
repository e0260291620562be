#include "portique/inventory/python/locked_packages.h"

#include <utility>

#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/base/toml.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/python/python_name.h"

namespace portique::inventory {

using base::Code;
namespace json = boost::json;

namespace {

/// Of one name: what asks for the name is linked with each of them. Locks for several platforms
/// have up to 5.
constexpr std::size_t kMostVersions = 50;

} // namespace

std::optional<std::size_t> LockedPackages::add(const json::value& table, bool own) {
  const json::object* object = table.if_object();
  const std::string_view name = base::json_string(object, "name");
  const std::string_view version = base::json_string(object, "version");
  // That of a project may be worked out when it is built.
  const bool is_unknown = own && version.empty();
  auto package = pypi_package(name, is_unknown ? "0" : version);
  if (!package) {
    if (!issues_are_full(*analysis_))
      add_issue(*analysis_,
                Code::Malformed,
                fmt::format("package {} has {}",
                            excerpt(name),
                            version.empty() ? "no version" : "no valid name and version"));
    return std::nullopt;
  }
  if (is_unknown) package->version.clear();
  auto& same_name = by_name_[normal_python_name(name)];
  if (same_name.size() < kMostVersions) same_name.push_back(packages_.size());
  packages_.push_back({.package = std::move(*package), .own = own});
  return packages_.size() - 1;
}

std::vector<std::size_t> LockedPackages::find(std::string_view name,
                                              std::string_view version) const {
  std::vector<std::size_t> found;
  const auto known = by_name_.find(normal_python_name(name));
  if (known == by_name_.end()) return found;
  for (const std::size_t index : known->second)
    if (version.empty() || packages_[index].package.version == version) found.push_back(index);
  return found;
}

void LockedPackages::depend(std::size_t from, std::string_view name, std::string_view version) {
  const auto found = find(name, version);
  auto& dependencies = packages_[from].package.dependencies;
  bool is_single = !found.empty();
  // The same version may stand there several times, with extras or for different platforms.
  for (const std::size_t index : found)
    is_single &= packages_[index].package.version == packages_[found.front()].package.version;
  dependencies.push_back(is_single ? dependency_text(packages_[found.front()].package)
                                   : std::string(name));
}

void LockedPackages::finish(std::string_view path, const base::Limits& limits) {
  DeclaredPackages declared(path, limits, *analysis_);
  for (LockedPackage& locked : packages_) {
    if (locked.own) continue;
    const std::string compared = normal_python_name(locked.package.name);
    if (!declared.add(std::move(locked.package), compared)) break;
  }
  declared.finish();
  packages_.clear();
}

std::optional<json::value> read_toml_lock(const FileContent& file,
                                          std::string_view member,
                                          const base::Limits& limits,
                                          Analysis& analysis) {
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return std::nullopt;
  }
  auto lock = base::parse_toml(*text, limits);
  if (!lock) {
    add_issue(analysis, lock.error());
    return std::nullopt;
  }
  const json::value* packages = base::json_member(base::json_object(&*lock), member);
  // A project without dependencies has no such tables, or an empty list.
  if (packages != nullptr && !packages->is_array()) {
    add_issue(analysis,
              Code::Malformed,
              fmt::format("this is no such lock file: \"{}\" is no list", member));
    return std::nullopt;
  }
  return std::move(*lock);
}

void add_file_hashes(const json::array& files, std::vector<std::string>& hashes) {
  for (const json::value& file : files) {
    std::string hash = python_hash(base::json_string(base::json_object(&file), "hash"));
    if (!hash.empty()) hashes.push_back(std::move(hash));
  }
}

} // namespace portique::inventory
