// pubspec.lock, YAML that pub writes: https://dart.dev/tools/pub/glossary#lockfile
//
//   packages:
//     shelf:
//       dependency: "direct main"        or "direct dev", "direct overridden", transitive
//       description: {name: shelf, sha256: ..., url: "https://pub.dev"}
//       source: hosted                   or git, path, sdk
//       version: "1.3.2"
//
// What a transitive package is there for is not told; it counts as needed.
#include "portique/inventory/dart/pubspec_lock.h"

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
using base::YamlMember;
using base::YamlNode;

/// "" for the host that every package is taken to be of.
std::string repository_url(std::string_view url) {
  while (url.ends_with('/'))
    url.remove_suffix(1);
  constexpr std::string_view kUsual[] = {
      "https://pub.dev", "https://pub.dartlang.org", "http://pub.dartlang.org"};
  for (const std::string_view usual : kUsual)
    if (url == usual) return {};
  return utf8_value(url);
}

model::Package package_of(const YamlMember& member) {
  const YamlNode& entry = member.value;
  const YamlNode* description = entry.find("description");
  model::Package package{.type = "pub",
                         .name = utf8_value(member.key),
                         .version = utf8_value(yaml_text(&entry, "version"))};
  if (yaml_text(&entry, "dependency") == "direct dev")
    package.scope = model::PackageScope::Development;
  const std::string_view url = yaml_text(description, "url");
  if (yaml_text(&entry, "source") == "git")
    set_purl(package, {{"vcs_url", vcs_url(url, yaml_text(description, "resolved-ref"))}});
  else if (const std::string repository = repository_url(url); !repository.empty())
    set_purl(package, {{"repository_url", repository}});
  constexpr std::size_t kSha256Digits = 64;
  if (const std::string_view sha256 = yaml_text(description, "sha256");
      sha256.size() == kSha256Digits && base::is_word(sha256))
    package.hashes.push_back("sha256:" + utf8_value(sha256));
  return package;
}

} // namespace

Analysis analyze_pubspec_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  const auto root = read_yaml_document(file, limits, analysis);
  if (!root) return analysis;
  const YamlNode* packages = root->find("packages");
  if (packages == nullptr || !(packages->is_mapping() || packages->is_null())) {
    add_issue(analysis, Code::Malformed, "this is no lock file of pub");
    return analysis;
  }
  DeclaredPackages declared(file.path(), limits, analysis);
  for (const YamlMember& member : packages->members) {
    const std::string_view source = yaml_text(&member.value, "source");
    if (source == "path" || source == "sdk") continue;
    model::Package package = package_of(member);
    if (!base::is_word(package.name) || !base::is_word(package.version)) {
      if (!issues_are_full(analysis))
        add_issue(analysis,
                  Code::Malformed,
                  fmt::format("line {}: {} has no valid name and version",
                              member.place.line,
                              excerpt(member.key)));
      continue;
    }
    if (!declared.add(std::move(package))) break;
  }
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
