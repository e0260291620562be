// Poetry's lock file; its writer is the specification:
// https://github.com/python-poetry/poetry/blob/main/src/poetry/packages/locker.py
#include "portique/inventory/python/poetry_lock.h"

#include <algorithm>
#include <string>
#include <utility>

#include "portique/base/json.h"
#include "portique/inventory/python/locked_packages.h"

namespace portique::inventory {

namespace {

namespace json = boost::json;
using model::PackageScope;

PackageScope scope_of(const json::object& table) {
  if (base::json_string(&table, "category") == "dev") return PackageScope::Development;
  const json::array& groups = base::json_items(&table, "groups");
  const bool is_main =
      groups.empty() || std::ranges::find(groups, json::value("main")) != groups.end();
  if (!is_main) return PackageScope::Development;
  const json::value* optional = base::json_member(&table, "optional");
  return optional != nullptr && *optional == json::value(true) ? PackageScope::Optional
                                                               : PackageScope::Runtime;
}

/// A range, a table with one, or a list of such for different platforms. What only extras bring is
/// marked as optional.
bool is_needed(const json::value& constraint) {
  const json::value* first = &constraint;
  if (const auto* list = constraint.if_array())
    first = list->empty() ? &constraint : &list->front();
  const json::value* optional = base::json_member(base::json_object(first), "optional");
  return optional == nullptr || *optional != json::value(true);
}

} // namespace

Analysis analyze_poetry_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  const auto lock = read_toml_lock(file, "package", limits, analysis);
  if (!lock) return analysis;
  const json::object* document = base::json_object(&*lock);
  // Before Poetry 1.5 the files of all packages stand in one table.
  const json::object& files = base::json_fields(&base::json_fields(document, "metadata"), "files");
  LockedPackages packages(analysis);
  std::vector<std::pair<std::size_t, const json::object*>> tables;
  for (const json::value& value : base::json_items(document, "package")) {
    const json::object& source = base::json_fields(base::json_object(&value), "source");
    const auto index = packages.add(value, base::json_string(&source, "type") == "directory");
    if (!index) continue;
    const json::object& table = value.get_object();
    tables.emplace_back(*index, &table);
    model::Package& package = packages[*index].package;
    package.scope = scope_of(table);
    add_file_hashes(base::json_items(&table, "files"), package.hashes);
    add_file_hashes(base::json_items(&files, package.name), package.hashes);
  }
  for (const auto& [index, table] : tables) {
    for (const auto& [name, constraint] : base::json_fields(table, "dependencies"))
      if (is_needed(constraint)) packages.depend(index, name);
  }
  packages.finish(file.path(), limits);
  return analysis;
}

} // namespace portique::inventory
