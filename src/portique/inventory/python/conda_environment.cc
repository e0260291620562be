// https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html; what
// stands in the list are match specifications, [CHANNEL::]NAME[=VERSION[=BUILD]]:
// https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/pkg-specs.html
#include "portique/inventory/python/conda_environment.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/base/yaml.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/python/python_name.h"
#include "portique/inventory/python/requirement_lines.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::YamlNode;

bool made_of(std::string_view text, std::string_view others) {
  return !text.empty() &&
         std::ranges::all_of(text, [&](char c) { return base::is_alnum(c) || others.contains(c); });
}

class EnvironmentReader {
public:
  EnvironmentReader(DeclaredPackages& declared, Analysis& analysis)
      : declared_(&declared), analysis_(&analysis) {}

  void read(const YamlNode& dependencies) {
    for (const YamlNode& item : dependencies.items) {
      if (item.is_scalar()) conda_package(item);
      const YamlNode* pip = item.find("pip");
      if (pip == nullptr) continue;
      for (const YamlNode& requirement : pip->items)
        if (requirement.is_scalar()) pip_package(requirement);
    }
  }

private:
  void issue(const YamlNode& node, std::string_view what) {
    if (issues_are_full(*analysis_)) return;
    add_issue(*analysis_,
              Code::Malformed,
              fmt::format("line {}: {} {}", node.place.line, excerpt(node.text), what));
  }

  void conda_package(const YamlNode& node) {
    std::string_view rest = base::trim(node.text);
    if (const std::size_t channel = rest.rfind("::"); channel != std::string_view::npos)
      rest.remove_prefix(channel + 2);
    const std::string_view name = rest.substr(0, rest.find_first_of("=<>!~ [|"));
    if (!made_of(name, "-_.")) return issue(node, "is no package of conda");
    rest = base::trim(rest.substr(name.size()));
    if (!rest.starts_with('=')) return; // a name alone, or a range
    rest.remove_prefix(rest.starts_with("==") ? 2 : 1);
    const std::string_view version = base::trim(rest.substr(0, rest.find('=')));
    if (!made_of(version, "._+!-")) return; // "1.*", "1.0|2.0"
    declared_->add(
        {.type = "conda", .name = base::to_lower(name), .version = std::string(version)});
  }

  void pip_package(const YamlNode& node) {
    const auto line = RequirementLineReader(node.text).next();
    if (!line || line->kind != RequirementLine::Kind::Requirement) return;
    const auto requirement = python_requirement(line->text);
    if (!requirement) return issue(node, "is no requirement of pip");
    auto package = pypi_package(requirement->name, requirement->pinned_version());
    if (!package) return;
    package->hashes = line->hashes;
    const std::string compared = normal_python_name(package->name);
    declared_->add(std::move(*package), compared);
  }

  DeclaredPackages* declared_;
  Analysis* analysis_;
};

} // namespace

Analysis analyze_conda_environment(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  const auto document = base::parse_single_yaml(*text, limits, base::DuplicateKeys::KeepLast);
  if (!document) {
    add_issue(analysis, document.error());
    return analysis;
  }
  DeclaredPackages declared(file.path(), limits, analysis);
  if (const YamlNode* dependencies = document->root.find("dependencies"))
    EnvironmentReader(declared, analysis).read(*dependencies);
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
