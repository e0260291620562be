// PEP 751, https://packaging.python.org/en/latest/specifications/pylock-toml/
#include "portique/inventory/python/pylock.h"

#include <string>
#include <utility>

#include "portique/base/json.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/python/locked_packages.h"
#include "portique/inventory/python/python_name.h"

namespace portique::inventory {

namespace {

namespace json = boost::json;
using model::PackageScope;

PackageScope scope_of(const json::object& table) {
  const std::string_view marker = base::json_string(&table, "marker");
  if (marker.contains("dependency_groups")) return PackageScope::Development;
  return marker.contains("extras") ? PackageScope::Optional : PackageScope::Runtime;
}

/// {sha256 = "HEX", ...}
void add_hashes(const json::object& file, std::vector<std::string>& hashes) {
  for (const auto& [algorithm, digest] : base::json_fields(&file, "hashes")) {
    if (!digest.is_string()) continue;
    std::string hash = python_hash(std::string(algorithm) + ":" + std::string(digest.get_string()));
    if (!hash.empty()) hashes.push_back(std::move(hash));
  }
}

std::vector<std::string> hashes_of(const json::object& table) {
  std::vector<std::string> hashes;
  add_hashes(base::json_fields(&table, "archive"), hashes);
  add_hashes(base::json_fields(&table, "sdist"), hashes);
  for (const json::value& wheel : base::json_items(&table, "wheels"))
    if (wheel.is_object()) add_hashes(wheel.get_object(), hashes);
  return hashes;
}

/// What has no version for good reason: it was built from what lay there.
bool has_no_version(const json::value& value) {
  const json::object* table = base::json_object(&value);
  if (table == nullptr || table->contains("version")) return false;
  return table->contains("directory") || table->contains("vcs") || table->contains("archive");
}

} // namespace

Analysis analyze_pylock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  const auto lock = read_toml_lock(file, "packages", limits, analysis);
  if (!lock) return analysis;
  const json::object* document = base::json_object(&*lock);
  if (!base::json_string(document, "lock-version").starts_with("1.")) {
    add_issue(analysis,
              base::Code::Unsupported,
              "the lock file is not of the known version 1.0, but read as if it were");
  }
  LockedPackages packages(analysis);
  std::vector<std::pair<std::size_t, const json::object*>> tables;
  for (const json::value& value : base::json_items(document, "packages")) {
    if (has_no_version(value)) continue;
    const json::object* object = base::json_object(&value);
    const auto index = packages.add(value, object != nullptr && object->contains("directory"));
    if (!index) continue;
    const json::object& table = value.get_object();
    tables.emplace_back(*index, &table);
    packages[*index].package.scope = scope_of(table);
    packages[*index].package.hashes = hashes_of(table);
  }
  for (const auto& [index, table] : tables) {
    for (const json::value& dependency : base::json_items(table, "dependencies")) {
      const json::object* needed = base::json_object(&dependency);
      packages.depend(
          index, base::json_string(needed, "name"), base::json_string(needed, "version"));
    }
  }
  packages.finish(file.path(), limits);
  return analysis;
}

} // namespace portique::inventory
