// Pipenv's lock file, https://pipenv.pypa.io/en/latest/pipfile.html#pipfile-lock: tables of
// packages by category, "_meta" beside them.
#include "portique/inventory/python/pipfile_lock.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/python/python_name.h"

namespace portique::inventory {

namespace {

using base::Code;
namespace json = boost::json;

/// False if nothing more may be added.
bool add_category(std::string_view category,
                  const json::object& packages,
                  DeclaredPackages& declared,
                  Analysis& analysis) {
  for (const auto& [name, value] : packages) {
    const json::object* entry = value.if_object();
    const std::string_view specifier = base::json_string(entry, "version");
    // "*" is what stands there for packages that were never locked.
    if (entry != nullptr && (specifier.empty() || specifier == "*")) continue;
    const PythonRequirement requirement{.specifiers = base::trim(specifier)};
    auto package = pypi_package(name, requirement.pinned_version());
    if (!package) {
      if (!issues_are_full(analysis))
        add_issue(analysis,
                  Code::Malformed,
                  fmt::format("package {} of {} has no valid name and version",
                              excerpt(name),
                              excerpt(category)));
      continue;
    }
    if (category == "develop") package->scope = model::PackageScope::Development;
    for (const json::value& text : base::json_items(entry, "hashes")) {
      std::string hash = text.is_string() ? python_hash(text.get_string()) : "";
      if (!hash.empty()) package->hashes.push_back(std::move(hash));
    }
    const std::string compared = normal_python_name(name);
    if (!declared.add(std::move(*package), compared)) return false;
  }
  return true;
}

} // namespace

Analysis analyze_pipfile_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  const auto parsed = base::parse_json(*text);
  if (!parsed) {
    add_issue(analysis, parsed.error());
    return analysis;
  }
  const json::object* lock = base::json_object(&*parsed);
  if (base::json_object(base::json_member(lock, "_meta")) == nullptr) {
    add_issue(analysis, Code::Malformed, "this is no lock file of Pipenv");
    return analysis;
  }
  DeclaredPackages declared(file.path(), limits, analysis);
  for (const auto& [category, packages] : *lock) {
    if (category == "_meta" || !packages.is_object()) continue;
    if (!add_category(category, packages.get_object(), declared, analysis)) break;
  }
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
