// Podfile.lock, YAML that CocoaPods writes:
// https://github.com/CocoaPods/Core/blob/master/lib/cocoapods-core/lockfile.rb
//
//   PODS:
//     - PINCache (3.0.3):
//       - PINCache/Core (= 3.0.3)
//     - PINCache/Core (3.0.3)
//   EXTERNAL SOURCES:        pods that no registry has, by name
//   CHECKOUT OPTIONS:        ... and their commits
#include "portique/inventory/swift/podfile_lock.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/lock_document.h"
#include "portique/model/purl.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::YamlNode;

struct Pod {
  std::string_view name; ///< "Pod" or "Pod/Subspec"
  std::string_view version;
};

/// "Pod/Subspec (1.0)"; empty parts for what is not there.
Pod pod_of(std::string_view text) {
  Pod pod{base::trim(base::take_until(text, '(')), {}};
  const std::size_t close = text.find(')');
  if (close != std::string_view::npos) pod.version = base::trim(text.substr(0, close));
  return pod;
}

/// The subspec is the purl's subpath.
void name_pod(model::Package& package, const YamlNode* checkouts) {
  std::string_view subspec = package.name;
  const std::string_view pod = base::take_until(subspec, '/');
  model::Purl purl{package.type, {}, std::string(pod), package.version, {}, std::string(subspec)};
  const YamlNode* checkout = checkouts == nullptr ? nullptr : checkouts->find(pod);
  if (const std::string source =
          vcs_url(yaml_text(checkout, ":git"), yaml_text(checkout, ":commit"));
      !source.empty())
    purl.qualifiers.emplace_back("vcs_url", source);
  package.purl = purl.text();
}

} // namespace

Analysis analyze_podfile_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  const auto root = read_yaml_document(file, limits, analysis);
  if (!root) return analysis;
  const YamlNode* pods = root->find("PODS");
  if (pods == nullptr) {
    // CocoaPods writes no list where there are no pods.
    if (root->find("COCOAPODS") == nullptr)
      add_issue(analysis, Code::Malformed, "this is no lock file of CocoaPods");
    return analysis;
  }
  const YamlNode* checkouts = root->find("CHECKOUT OPTIONS");
  DeclaredPackages declared(file.path(), limits, analysis);
  for (const YamlNode& item : pods->items) {
    const bool has_dependencies = item.is_mapping() && item.members.size() == 1;
    const std::string_view text = has_dependencies ? item.members.front().key : item.text;
    const Pod pod = pod_of(text);
    if (!base::is_word(pod.name) || pod.name.starts_with('/') || !base::is_word(pod.version)) {
      if (!issues_are_full(analysis))
        add_issue(
            analysis,
            Code::Malformed,
            fmt::format("line {}: {} is no pod with its version", item.place.line, excerpt(text)));
      continue;
    }
    model::Package package{
        .type = "cocoapods", .name = utf8_value(pod.name), .version = utf8_value(pod.version)};
    if (has_dependencies)
      for (const YamlNode& dependency : item.members.front().value.items)
        if (const std::string_view name = pod_of(dependency.text).name; base::is_word(name))
          package.dependencies.push_back(utf8_value(name));
    name_pod(package, checkouts);
    if (!declared.add(std::move(package))) break;
  }
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
