// renv.lock, JSON: https://rstudio.github.io/renv/articles/lockfile.html. A package has "Package",
// "Version", "Source" ("Repository", "Bioconductor", "GitHub", ...), and since renv 1.1 the fields
// of its DESCRIPTION, else the names of its dependencies in "Requirements". "Hash" is of renv's own
// making.
#include "portique/inventory/r/renv_lock.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/lock_document.h"
#include "portique/inventory/r/r_package.h"

namespace portique::inventory {

namespace {

using base::Code;
namespace json = boost::json;

void add_dependencies(const json::object* entry, model::Package& package) {
  for (const std::string_view member : {"Requirements", "Depends", "Imports", "LinkingTo"}) {
    add_r_dependencies(base::json_string(entry, member), package);
    for (const json::value& item : base::json_items(entry, member))
      if (item.is_string()) add_r_dependencies(item.get_string(), package);
  }
}

/// Where a package comes from that no registry has.
std::string source_of(const json::object* entry) {
  const std::string_view source = base::json_string(entry, "Source");
  const std::string_view commit = base::json_string(entry, "RemoteSha");
  if (const std::string_view url = base::json_string(entry, "RemoteUrl"); !url.empty())
    return vcs_url(url, commit);
  if (source != "GitHub" && source != "GitLab") return {};
  return vcs_url(fmt::format("https://{}/{}/{}",
                             source == "GitHub" ? "github.com" : "gitlab.com",
                             base::json_string(entry, "RemoteUsername"),
                             base::json_string(entry, "RemoteRepo")),
                 commit);
}

} // namespace

Analysis analyze_renv_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  const auto document = read_json_document(file, analysis);
  if (!document) return analysis;
  const json::object* packages =
      base::json_object(base::json_member(base::json_object(&*document), "Packages"));
  if (packages == nullptr) {
    add_issue(analysis, Code::Malformed, "this is no lock file of renv");
    return analysis;
  }
  DeclaredPackages declared(file.path(), limits, analysis);
  for (const auto& [key, value] : *packages) {
    const json::object* entry = value.if_object();
    const std::string_view source = base::json_string(entry, "Source");
    if (source == "Local") continue; // the project's own
    std::string_view name = base::json_string(entry, "Package");
    if (name.empty()) name = key;
    const std::string_view version = base::json_string(entry, "Version");
    if (!base::is_word(name) || !base::is_word(version)) {
      if (!issues_are_full(analysis))
        add_issue(analysis,
                  Code::Malformed,
                  fmt::format("the package {} has no valid name and version", excerpt(name)));
      continue;
    }
    model::Package package{.type = std::string(r_package_type(source == "Bioconductor")),
                           .name = utf8_value(name),
                           .version = utf8_value(version)};
    if (const std::string_view licence = base::json_string(entry, "License"); !licence.empty())
      package.licences.push_back(utf8_value(licence));
    add_dependencies(entry, package);
    if (std::string from = source_of(entry); !from.empty())
      set_purl(package, {{"vcs_url", std::move(from)}});
    if (!declared.add(std::move(package))) break;
  }
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
