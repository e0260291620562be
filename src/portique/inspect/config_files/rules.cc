#include "portique/inspect/config_files/rules.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <map>

#include <fmt/format.h>

#include "portique/base/digest.h"
#include "portique/base/embed.h"
#include "portique/base/limits.h"
#include "portique/base/text.h"
#include "portique/base/yaml.h"

// PORTIQUE_RULES_FILE is made by the build: the rule files one after the other.
PQ_EMBED(rules, PORTIQUE_RULES_FILE);

namespace portique::inspect {

using base::Code;
using base::fail;
using base::YamlNode;

namespace {

base::Result<std::string> text_of(const YamlNode& rule, std::string_view key) {
  const YamlNode* node = rule.find(key);
  if (node == nullptr || !node->is_scalar() || node->text.empty())
    return fail(Code::Malformed, "a rule needs '" + std::string(key) + "'");
  return std::string(base::trim(node->text));
}

base::Result<std::vector<std::string>> texts_of(const YamlNode& rule, std::string_view key) {
  std::vector<std::string> texts;
  const YamlNode* node = rule.find(key);
  if (node == nullptr) return texts;
  for (const YamlNode& item : node->items) {
    if (!item.is_scalar()) return fail(Code::Malformed, std::string(key) + " takes texts");
    texts.push_back(item.text);
  }
  return texts;
}

base::Result<std::vector<FailingExample>> failing_of(const YamlNode& rule) {
  std::vector<FailingExample> examples;
  const YamlNode* node = rule.find("fail");
  if (node == nullptr) return examples;
  for (const YamlNode& item : node->items) {
    FailingExample example;
    const YamlNode* lines = item.find("lines");
    for (const YamlNode& line : lines == nullptr ? std::vector<YamlNode>{} : lines->items)
      example.lines.push_back(static_cast<std::uint32_t>(line.integer().value_or(0)));
    example.text = PQ_TRY(text_of(item, "text")) + "\n";
    if (example.lines.empty()) return fail(Code::Malformed, "an example needs 'lines'");
    examples.push_back(std::move(example));
  }
  return examples;
}

/// "DS-0001" of Trivy was "AVD-DS-0001" and "DS001" before.
void add_older_names(std::vector<std::string>& aliases) {
  std::vector<std::string> older;
  for (const std::string& alias : aliases) {
    const std::size_t dash = alias.find('-');
    const std::string_view kind = std::string_view(alias).substr(0, dash);
    if (dash == std::string::npos || (kind != "DS" && kind != "KSV")) continue;
    older.push_back("AVD-" + alias);
    const auto number = base::parse_int<unsigned>(std::string_view(alias).substr(dash + 1));
    if (number) older.push_back(fmt::format("{}{:03}", kind, *number));
  }
  aliases.insert(aliases.end(), older.begin(), older.end());
}

base::Result<Rule> rule_of(const YamlNode& node) {
  Rule rule;
  rule.id = PQ_TRY(text_of(node, "id"));
  rule.title = PQ_TRY(text_of(node, "title"));
  const std::string severity = PQ_TRY(text_of(node, "severity"));
  const auto parsed = model::parse_severity(severity);
  if (!parsed) return fail(Code::Malformed, "'" + severity + "' is no severity");
  rule.severity = *parsed;
  rule.why = PQ_TRY(text_of(node, "why"));
  rule.remedy = PQ_TRY(text_of(node, "remedy"));
  rule.references = PQ_TRY(texts_of(node, "references"));
  rule.aliases = PQ_TRY(texts_of(node, "aliases"));
  add_older_names(rule.aliases);
  rule.passing = PQ_TRY(texts_of(node, "pass"));
  rule.failing = PQ_TRY(failing_of(node));
  return rule;
}

std::vector<Rule> load_rules() {
  const std::string_view text = base::as_text(PQ_EMBEDDED(rules));
  std::vector<Rule> rules;
  const auto documents = base::parse_yaml(text, base::Limits{});
  // The build made this text, and a test reads each of its files: it cannot be broken.
  if (!documents) std::abort();
  for (const base::YamlDocument& document : *documents) {
    auto rule = rule_of(document.root);
    if (!rule) std::abort();
    rules.push_back(std::move(*rule));
  }
  std::ranges::sort(rules, {}, &Rule::id);
  return rules;
}

} // namespace

bool Rule::is_called(std::string_view name) const {
  return base::equals_ignore_case(id, name) || std::ranges::any_of(aliases, [&](const auto& alias) {
           return base::equals_ignore_case(alias, name);
         });
}

base::Result<Rule> parse_rule(std::string_view text) {
  const base::YamlDocument document = PQ_TRY(base::parse_single_yaml(text, base::Limits{}));
  return rule_of(document.root);
}

const std::vector<Rule>& rules() {
  static const std::vector<Rule> kLoaded = load_rules();
  return kLoaded;
}

const Rule* find_rule(std::string_view id) {
  const auto found = std::ranges::lower_bound(rules(), id, {}, &Rule::id);
  return found != rules().end() && found->id == id ? &*found : nullptr;
}

model::Finding finding_of(const Rule& rule) {
  model::Finding finding;
  finding.id = rule.id;
  finding.aliases = rule.aliases;
  std::ranges::sort(finding.aliases);
  finding.kind = model::FindingKind::Misconfiguration;
  finding.severity = rule.severity;
  finding.severity_source = "portique";
  finding.title = rule.title;
  finding.why = rule.why;
  finding.remedy = rule.remedy;
  for (const std::string& reference : rule.references)
    if (reference.starts_with("http")) finding.references.push_back(reference);
  return finding;
}

model::Finding make_finding(const Rule& rule,
                            const Hit& hit,
                            const SourceTextView& source,
                            std::span<const std::string> secrets) {
  model::Finding finding = finding_of(rule);
  finding.path = hit.path;
  finding.lines = hit.lines;
  finding.excerpt = source.excerpt(hit.lines, secrets);
  // A secret that is written otherwise than it reads (escapes) cannot be masked.
  if (!hit.secrets.empty() && finding.excerpt == source.excerpt(hit.lines))
    finding.excerpt = "(not shown: it holds a secret)";
  finding.evidence = hit.evidence;
  finding.suppression = hit.suppression;
  // Line numbers move with every edit; what was seen does not.
  const std::string key =
      rule.id + '\0' + hit.path + '\0' + finding.evidence + '\0' +
      std::string(base::trim(finding.excerpt.substr(0, finding.excerpt.find('\n'))));
  finding.fingerprint = base::digest_of(base::as_bytes(key)).hex();
  return finding;
}

std::string checks_markdown() {
  struct Family {
    std::string_view prefix;
    std::string_view title;
  };

  constexpr std::array kFamilies{Family{"PQ-CO-", "Compose"},
                                 Family{"PQ-DD-", "daemon.json"},
                                 Family{"PQ-DF-", "Dockerfile, Containerfile"},
                                 Family{"PQ-IM-", "Images"},
                                 Family{"PQ-K8-", "Kubernetes manifests"}};
  std::string out;
  for (const Family& family : kFamilies) {
    std::string rows;
    std::size_t count = 0;
    for (const Rule& rule : rules()) {
      if (!rule.id.starts_with(family.prefix)) continue;
      ++count;
      std::string names;
      for (const std::string& alias : rule.aliases)
        if (!alias.starts_with("AVD-") && (alias.contains('-') || alias.starts_with("DL")))
          names += (names.empty() ? "" : ", ") + alias;
      rows += fmt::format("| `{}` | {} | **{}.** {} | {} | {} |\n",
                          rule.id,
                          model::severity_name(rule.severity),
                          rule.title,
                          rule.why,
                          rule.remedy,
                          names);
    }
    if (count == 0) continue;
    out += fmt::format(
        "### {} ({})\n\n| id | severity | what and why | how to mend it | also called |\n"
        "|---|---|---|---|---|\n{}\n",
        family.title,
        count,
        rows);
  }
  return out;
}

} // namespace portique::inspect
