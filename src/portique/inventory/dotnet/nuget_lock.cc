// https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files#locking-dependencies
// For each framework (and runtime: "net8.0/linux-x64") the packages by name, with what they depend
// on.

#include "portique/inventory/dotnet/nuget_lock.h"

#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/dotnet/nuget_package.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::fail;
namespace json = boost::json;

/// What the framework's packages say of a dependency: its version there, or the one asked for.
std::string
dependency_of(const json::object& packages, std::string_view name, const json::value& requested) {
  const json::object* found = base::json_object(base::json_member(&packages, name));
  std::string_view version = base::json_string(found, "resolved");
  if (version.empty() && requested.is_string())
    version = nuget_single_version(std::string_view(requested.get_string()));
  const auto package = nuget_package(name, version);
  return package ? dependency_text(*package) : std::string();
}

bool read_framework(const json::object& packages,
                    std::string_view framework,
                    DeclaredPackages& declared,
                    Analysis& analysis) {
  for (const auto& [name, value] : packages) {
    const json::object* entry = value.if_object();
    if (base::json_string(entry, "type") == "Project") continue; // of the same solution
    auto package = nuget_package(name, base::json_string(entry, "resolved"));
    if (!package) {
      if (!issues_are_full(analysis))
        add_issue(analysis,
                  Code::Malformed,
                  fmt::format("{} of {} has no valid name and resolved version",
                              excerpt(name),
                              excerpt(framework)));
      continue;
    }
    package->hashes = nuget_hashes(base::json_string(entry, "contentHash"));
    for (const auto& [other, requested] : base::json_fields(entry, "dependencies"))
      if (std::string text = dependency_of(packages, other, requested); !text.empty())
        package->dependencies.push_back(std::move(text));
    if (!declared.add(std::move(*package))) return false;
  }
  return true;
}

base::Result<void>
read_lock(const FileContent& file, const base::Limits& limits, Analysis& analysis) {
  std::string buffer;
  std::string_view text = PQ_TRY(file.text(buffer));
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const json::value document = PQ_TRY(base::parse_json(text));
  const json::object* lock = document.if_object();
  const auto version = base::json_integer(lock, "version");
  if (!version) return fail(Code::Malformed, "it has no version");
  if (*version != 1 && *version != 2)
    return fail(Code::Unsupported, fmt::format("version {} is not known", *version));
  DeclaredPackages declared(file.path(), limits, analysis);
  for (const auto& [framework, packages] : base::json_fields(lock, "dependencies"))
    if (const json::object* object = packages.if_object())
      if (!read_framework(*object, framework, declared, analysis)) break;
  declared.finish();
  return {};
}

} // namespace

Analysis analyze_nuget_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  if (const auto read = read_lock(file, limits, analysis); !read) add_issue(analysis, read.error());
  return analysis;
}

} // namespace portique::inventory
