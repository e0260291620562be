// stack.yaml.lock, https://docs.haskellstack.org/en/stable/topics/lock_files/
//
//   packages:
//   - completed:
//       hackage: HTTP-4000.3.16@sha256:6042...,5947     of Hackage, or
//       name: kore                                      of a repository or archive
//       version: 0.60.0.0
//       git: https://...
//       commit: a584...
//
// The snapshot (an LTS of Stackage) names thousands of packages and is not in the file.
#include "portique/inventory/haskell/stack_lock.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/lock_document.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::YamlNode;

/// Of "HTTP-4000.3.16@sha256:...": the version is what follows the last dash.
model::Package hackage_package(std::string_view text) {
  const std::string_view identity = base::trim(text.substr(0, text.find('@')));
  model::Package package{.type = "hackage"};
  const std::size_t dash = identity.rfind('-');
  if (dash == std::string_view::npos) return package;
  const std::string_view version = identity.substr(dash + 1);
  if (version.find_first_not_of("0123456789.") != std::string_view::npos) return package;
  package.name = utf8_value(identity.substr(0, dash));
  package.version = utf8_value(version);
  return package;
}

model::Package package_of(const YamlNode* completed) {
  if (const std::string_view hackage = yaml_text(completed, "hackage"); !hackage.empty())
    return hackage_package(hackage);
  model::Package package{.type = "hackage",
                         .name = utf8_value(yaml_text(completed, "name")),
                         .version = utf8_value(yaml_text(completed, "version"))};
  const std::string_view repository = yaml_text(completed, "git");
  const std::string_view archive = yaml_text(completed, "url");
  if (!repository.empty())
    set_purl(package, {{"vcs_url", vcs_url(repository, yaml_text(completed, "commit"))}});
  else if (!archive.empty())
    set_purl(package, {{"download_url", utf8_value(archive)}});
  return package;
}

} // namespace

Analysis analyze_stack_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  const auto root = read_yaml_document(file, limits, analysis);
  if (!root) return analysis;
  const YamlNode* packages = root->find("packages");
  if (packages == nullptr) {
    add_issue(analysis, Code::Malformed, "this is no lock file of Stack");
    return analysis;
  }
  DeclaredPackages declared(file.path(), limits, analysis);
  for (const YamlNode& item : packages->items) {
    model::Package package = package_of(item.find("completed"));
    if (!base::is_word(package.name) || !base::is_word(package.version)) {
      if (!issues_are_full(analysis))
        add_issue(analysis,
                  Code::Malformed,
                  fmt::format("line {}: a package has no valid name and version", item.place.line));
      continue;
    }
    if (!declared.add(std::move(package))) break;
  }
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
