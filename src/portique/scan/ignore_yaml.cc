// .trivyignore.yaml: https://trivy.dev/latest/docs/configuration/filtering/#trivyignoreyaml
//   vulnerabilities|misconfigurations|secrets|licenses:
//     - id, paths, purls, expired_at, statement
// .grype.yaml: https://github.com/anchore/grype#specifying-matches-to-ignore
//   ignore:
//     - vulnerability, reason, namespace, fix-state, package: {name, version, ...}, vex-status, ...
#include "portique/scan/ignore_yaml.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/base/yaml.h"

namespace portique::scan {

namespace {

using base::Code;
using base::YamlNode;

std::unexpected<base::Error> fail_at(base::YamlPlace place, std::string message) {
  return std::unexpected(
      base::Error(Code::Malformed, std::move(message)).at(base::yaml_place_text(place)));
}

/// Fails with `place` added if what was tried failed without one.
template <typename T> base::Result<T> placed(base::YamlPlace place, base::Result<T> result) {
  return base::at(base::yaml_place_text(place), std::move(result));
}

base::Result<std::string> text_of(const YamlNode& node, std::string_view what) {
  if (node.is_null()) return std::string();
  if (!node.is_scalar()) return fail_at(node.place, fmt::format("{} must be a text", what));
  return node.text;
}

/// A list of texts; a single text stands for a list of one.
base::Result<std::vector<std::string>> texts_of(const YamlNode& node, std::string_view what) {
  std::vector<std::string> texts;
  if (node.is_null()) return texts;
  if (node.is_scalar()) return std::vector<std::string>{node.text};
  if (!node.is_sequence()) return fail_at(node.place, fmt::format("{} must be a list", what));
  for (const YamlNode& item : node.items)
    texts.push_back(PQ_TRY(text_of(item, what)));
  return texts;
}

std::string list_of(std::span<const std::string_view> names) {
  std::string out;
  for (const std::string_view name : names)
    out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

/// An exception that is only half understood must not count: unknown members are refused.
base::Result<void> check_members(const YamlNode& node, std::span<const std::string_view> known) {
  if (!node.is_mapping()) return fail_at(node.place, "an entry must be a mapping");
  for (const base::YamlMember& member : node.members)
    if (std::ranges::find(known, member.key) == known.end())
      return fail_at(member.place,
                     fmt::format("there is no '{}' in an entry; there are: {}",
                                 base::printable(member.key.substr(0, 80)),
                                 list_of(known)));
  return {};
}

base::Result<void> check_patterns(const YamlNode& node, const IgnoreConditions& conditions) {
  const auto compiled = ConditionMatcher::compile(conditions);
  if (!compiled) return placed<void>(node.place, std::unexpected(compiled.error()));
  return {};
}

// --- .trivyignore.yaml ----------------------------------------------------------------------

struct TrivyList {
  std::string_view name;
  std::optional<model::FindingKind> kind;
};

constexpr std::array kTrivyLists{
    TrivyList{"vulnerabilities", model::FindingKind::Vulnerability},
    TrivyList{"misconfigurations", model::FindingKind::Misconfiguration},
    TrivyList{"secrets", model::FindingKind::Secret},
    TrivyList{"licenses", std::nullopt},
};

base::Result<IgnoreEntry> read_trivy_entry(const YamlNode& node, const TrivyList& list) {
  constexpr std::array<std::string_view, 5> kMembers{
      "id", "paths", "purls", "expired_at", "statement"};
  PQ_TRY(check_members(node, kMembers));
  IgnoreEntry entry;
  entry.line = node.place.line;
  entry.conditions.kind = list.kind;
  entry.conditions.about_licences = !list.kind;
  if (const YamlNode* id = node.find("id")) entry.id = PQ_TRY(text_of(*id, "id"));
  if (entry.id.empty()) return fail_at(node.place, "an entry needs an id");
  if (const YamlNode* paths = node.find("paths"))
    entry.conditions.paths = PQ_TRY(texts_of(*paths, "paths"));
  if (const YamlNode* purls = node.find("purls"))
    entry.conditions.purls = PQ_TRY(texts_of(*purls, "purls"));
  if (const YamlNode* statement = node.find("statement"))
    entry.reason = PQ_TRY(text_of(*statement, "statement"));
  if (const YamlNode* expires = node.find("expired_at"); expires && !expires->is_null()) {
    entry.expires = base::parse_time(expires->text);
    if (!entry.expires)
      return fail_at(expires->place,
                     fmt::format("'{}' is not a date; write YYYY-MM-DD",
                                 base::printable(expires->text.substr(0, 80))));
  }
  PQ_TRY(check_patterns(node, entry.conditions));
  return entry;
}

base::Result<void> read_trivy(const YamlNode& root, IgnoreFile& file) {
  for (const base::YamlMember& member : root.members) {
    const auto list = std::ranges::find(kTrivyLists, member.key, &TrivyList::name);
    if (list == kTrivyLists.end())
      return fail_at(member.place,
                     fmt::format("there is no '{}' in such a file; there are: vulnerabilities, "
                                 "misconfigurations, secrets, licenses, or Grype's ignore",
                                 base::printable(member.key.substr(0, 80))));
    if (member.value.is_null()) continue;
    if (!member.value.is_sequence())
      return fail_at(member.value.place, fmt::format("{} must be a list", list->name));
    for (const YamlNode& item : member.value.items)
      file.entries.push_back(PQ_TRY(read_trivy_entry(item, *list)));
  }
  return {};
}

// --- .grype.yaml ----------------------------------------------------------------------------

base::Result<void> read_grype_package(const YamlNode& node, IgnoreConditions& conditions) {
  if (node.is_null()) return {};
  constexpr std::array<std::string_view, 6> kMembers{
      "name", "version", "language", "type", "location", "upstream-name"};
  PQ_TRY(check_members(node, kMembers));
  const auto take = [&](std::string_view member, std::string& into) -> base::Result<void> {
    if (const YamlNode* value = node.find(member)) into = PQ_TRY(text_of(*value, member));
    return {};
  };
  PQ_TRY(take("name", conditions.package_name));
  PQ_TRY(take("version", conditions.package_version));
  PQ_TRY(take("language", conditions.package_language));
  PQ_TRY(take("type", conditions.package_type));
  PQ_TRY(take("location", conditions.package_location));
  return take("upstream-name", conditions.upstream_name);
}

base::Result<IgnoreEntry> read_grype_rule(const YamlNode& node) {
  constexpr std::array<std::string_view, 9> kMembers{"vulnerability",
                                                     "include-aliases",
                                                     "reason",
                                                     "namespace",
                                                     "fix-state",
                                                     "package",
                                                     "vex-status",
                                                     "vex-justification",
                                                     "match-type"};
  PQ_TRY(check_members(node, kMembers));
  IgnoreEntry entry;
  entry.line = node.place.line;
  IgnoreConditions& conditions = entry.conditions;
  const auto take = [&](std::string_view member, std::string& into) -> base::Result<void> {
    if (const YamlNode* value = node.find(member)) into = PQ_TRY(text_of(*value, member));
    return {};
  };
  PQ_TRY(take("vulnerability", entry.id));
  PQ_TRY(take("reason", entry.reason));
  PQ_TRY(take("namespace", conditions.feed_namespace));
  PQ_TRY(take("fix-state", conditions.fix_state));
  PQ_TRY(take("vex-status", conditions.vex_status));
  PQ_TRY(take("vex-justification", conditions.vex_justification));
  PQ_TRY(take("match-type", conditions.match_type));
  if (const YamlNode* package = node.find("package"))
    PQ_TRY(read_grype_package(*package, conditions));
  PQ_TRY(check_patterns(node, conditions));
  return entry;
}

base::Result<void> read_grype(const YamlNode& rules, IgnoreFile& file) {
  if (rules.is_null()) return {};
  if (!rules.is_sequence()) return fail_at(rules.place, "ignore must be a list");
  for (const YamlNode& item : rules.items) {
    IgnoreEntry entry = PQ_TRY(read_grype_rule(item));
    if (entry.id.empty() && entry.conditions.empty())
      file.notes.push_back(fmt::format(
          "{}: the rule in line {} has no criteria and ignores nothing", file.name, entry.line));
    else
      file.entries.push_back(std::move(entry));
  }
  return {};
}

} // namespace

base::Result<IgnoreFile>
parse_ignore_yaml(std::string name, std::string_view text, const base::Limits& limits) {
  IgnoreFile file;
  file.name = std::move(name);
  const base::YamlDocument document =
      PQ_TRY(base::at(file.name, base::parse_single_yaml(text, limits)));
  const YamlNode& root = document.root;
  if (root.is_null()) return file;
  if (!root.is_mapping())
    return base::at(file.name,
                    base::Result<IgnoreFile>(fail_at(root.place, "the file must be a mapping")));
  const YamlNode* rules = root.find("ignore");
  // Grype's file holds all of its settings; only its rules are read.
  const bool is_grype = rules != nullptr || file.name.find("grype") != std::string::npos;
  if (!is_grype)
    PQ_TRY(base::at(file.name, read_trivy(root, file)));
  else if (rules != nullptr)
    PQ_TRY(base::at(file.name, read_grype(*rules, file)));
  return file;
}

} // namespace portique::scan
