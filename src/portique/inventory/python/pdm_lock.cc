// PDM's lock file, https://pdm-project.org/en/latest/usage/lockfile/. A package that is asked for
// with extras stands there once more, with what the extras need.
#include "portique/inventory/python/pdm_lock.h"

#include <algorithm>
#include <string>
#include <utility>

#include "portique/base/json.h"
#include "portique/inventory/python/locked_packages.h"
#include "portique/inventory/python/python_name.h"

namespace portique::inventory {

namespace {

namespace json = boost::json;
using model::PackageScope;

PackageScope scope_of(const json::object& table) {
  const json::array& groups = base::json_items(&table, "groups");
  const auto has = [&](std::string_view group) {
    return std::ranges::find(groups, json::value(group)) != groups.end();
  };
  if (groups.empty() || has("default")) return PackageScope::Runtime;
  return has("dev") ? PackageScope::Development : PackageScope::Optional;
}

bool is_folder(const json::value& value) {
  const std::string_view path = base::json_string(base::json_object(&value), "path");
  return !path.empty() && !path.ends_with(".whl") && !path.ends_with(".gz") &&
         !path.ends_with(".zip");
}

} // namespace

Analysis analyze_pdm_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  const auto lock = read_toml_lock(file, "package", limits, analysis);
  if (!lock) return analysis;
  const json::object* document = base::json_object(&*lock);
  // Before lock version 4.4 the files of all packages stand in one table, by name and version.
  const json::object& files = base::json_fields(&base::json_fields(document, "metadata"), "files");
  LockedPackages packages(analysis);
  std::vector<std::pair<std::size_t, const json::object*>> tables;
  for (const json::value& value : base::json_items(document, "package")) {
    const auto index = packages.add(value, is_folder(value));
    if (!index) continue;
    const json::object& table = value.get_object();
    tables.emplace_back(*index, &table);
    model::Package& package = packages[*index].package;
    package.scope = scope_of(table);
    add_file_hashes(base::json_items(&table, "files"), package.hashes);
    add_file_hashes(base::json_items(&files, package.name + " " + package.version), package.hashes);
  }
  for (const auto& [index, table] : tables) {
    const std::string name = normal_python_name(packages[index].package.name);
    for (const json::value& text : base::json_items(table, "dependencies")) {
      if (!text.is_string()) continue;
      const auto requirement = python_requirement(text.get_string());
      // The entry with extras depends on the one without.
      if (requirement && normal_python_name(requirement->name) != name)
        packages.depend(index, requirement->name);
    }
  }
  packages.finish(file.path(), limits);
  return analysis;
}

} // namespace portique::inventory
