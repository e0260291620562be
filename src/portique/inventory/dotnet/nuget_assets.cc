// Written by NuGet's restore (NuGet.ProjectModel, LockFileFormat), version 2 or 3: "targets" has
// for each framework the "Name/version" that are used, with their files; "libraries" says what they
// are. A file named "_._" stands for none.

#include "portique/inventory/dotnet/nuget_assets.h"

#include <algorithm>

#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/dotnet/nuget_package.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::fail;
namespace json = boost::json;

/// Whether any of the files goes with the application.
bool has_files(const json::object& entry) {
  for (const std::string_view assets : {"runtime", "native", "runtimeTargets", "resource"})
    for (const auto& [file, properties] : base::json_fields(&entry, assets))
      if (!std::string_view(file).ends_with("_._")) return true;
  return false;
}

/// Whether the entry only leads to others: its own place in the application cannot be told.
bool only_leads_on(const json::object& entry) {
  return !base::json_fields(&entry, "dependencies").empty();
}

std::vector<std::string> dependencies_of(const json::object& entry) {
  std::vector<std::string> names;
  for (const auto& [name, requested] : base::json_fields(&entry, "dependencies")) {
    if (!requested.is_string()) continue;
    const auto package =
        nuget_package(name, nuget_single_version(std::string_view(requested.get_string())));
    names.push_back(package ? dependency_text(*package) : std::string(name));
  }
  return names;
}

bool read_target(const json::object& target,
                 const json::object& libraries,
                 DeclaredPackages& declared,
                 Analysis& analysis) {
  for (const auto& [key, value] : target) {
    const json::object* entry = value.if_object();
    if (base::json_string(entry, "type") != "package") continue; // a project of the same solution
    auto package = nuget_package(key);
    if (!package) {
      if (!issues_are_full(analysis))
        add_issue(analysis,
                  Code::Malformed,
                  fmt::format("{} has no valid name and version", excerpt(key)));
      continue;
    }
    package->hashes = nuget_hashes(
        base::json_string(base::json_object(base::json_member(&libraries, key)), "sha512"));
    package->dependencies = dependencies_of(*entry);
    if (!has_files(*entry) && !only_leads_on(*entry))
      package->scope = model::PackageScope::Development;
    if (!declared.add(std::move(*package))) return false;
  }
  return true;
}

base::Result<void>
read_assets(const FileContent& file, const base::Limits& limits, Analysis& analysis) {
  std::string buffer;
  const json::value document = PQ_TRY(base::parse_json(PQ_TRY(file.text(buffer))));
  const json::object* assets = document.if_object();
  const auto version = base::json_integer(assets, "version");
  if (!version) return fail(Code::Malformed, "it has no version");
  if (*version < 2 || *version > 4)
    return fail(Code::Unsupported, fmt::format("version {} is not known", *version));
  DeclaredPackages declared(file.path(), limits, analysis);
  for (const auto& [framework, target] : base::json_fields(assets, "targets"))
    if (const json::object* object = target.if_object())
      if (!read_target(*object, base::json_fields(assets, "libraries"), declared, analysis)) break;
  declared.finish();
  return {};
}

} // namespace

Analysis analyze_nuget_assets(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  if (const auto read = read_assets(file, limits, analysis); !read)
    add_issue(analysis, read.error());
  return analysis;
}

} // namespace portique::inventory
