// rules/secrets.yaml, and files of the same form that users write. docs/secrets.md has the format.
//
// A rule says what it looks for in one of three ways, all of which become one regular expression
// for RE2 and what Hyperscan looks for on its behalf:
//   token  the secret itself; no letter, digit, '_' or '-' may stand beside it
//   names  + value: the secret is assigned to a name that holds one of the names
//   regex  + trigger: anything else

#include <array>
#include <set>

#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/base/yaml.h"
#include "portique/inspect/secrets/rule_file.h"

namespace portique::inspect {

using base::Code;
using base::YamlNode;

namespace {

constexpr std::string_view kBefore = R"((?:^|[^0-9A-Za-z_\-]|\\[nrt]))";
constexpr std::string_view kBehind = R"((?:$|[^0-9A-Za-z_\-]))";
/// From the end of a name over the rest of its word, quotes and what assigns, to the value.
constexpr std::string_view kAssigns =
    R"re([0-9A-Za-z_.\-]{0,32}["'`]?\]?[ \t]{0,8}(?:=>|:=|={1,3}|:|,|>|\|\|)[ \t]{0,8}(?:["'`]|\\")?)re";
constexpr std::string_view kBehindValue = R"((?:$|[^0-9A-Za-z_\-+/=.]|\.(?:$|\s)))";

base::Error wrong(const YamlNode& node, std::string message) {
  return {Code::Malformed, base::yaml_place_text(node.place) + ": " + std::move(message)};
}

base::Result<std::string> text_of(const YamlNode& node) {
  if (!node.is_scalar()) return std::unexpected(wrong(node, "a text is expected here"));
  return node.text;
}

base::Result<std::string> text_member(const YamlNode& node, std::string_view key) {
  const YamlNode* value = node.find(key);
  if (value == nullptr) return std::string();
  return text_of(*value);
}

/// One text, or a list of them.
base::Result<std::vector<std::string>> texts_member(const YamlNode& node, std::string_view key) {
  std::vector<std::string> texts;
  const YamlNode* value = node.find(key);
  if (value == nullptr || value->is_null()) return texts;
  if (value->is_scalar()) return std::vector<std::string>{value->text};
  if (!value->is_sequence())
    return std::unexpected(wrong(*value, "a list of texts is expected here"));
  for (const YamlNode& item : value->items)
    texts.push_back(PQ_TRY(text_of(item)));
  return texts;
}

base::Result<double> number_member(const YamlNode& node, std::string_view key) {
  const std::string text = PQ_TRY(text_member(node, key));
  double number = 0;
  if (text.empty()) return number;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0)
    return std::unexpected(wrong(node, "'" + base::printable(text) + "' is no number"));
  return number;
}

base::Result<void> check_keys(const YamlNode& node, std::span<const std::string_view> known) {
  if (!node.is_mapping()) return std::unexpected(wrong(node, "keys and values are expected here"));
  for (const base::YamlMember& member : node.members) {
    bool found = false;
    for (const std::string_view key : known)
      found = found || key == member.key;
    if (!found)
      return base::fail(Code::Malformed,
                        base::yaml_place_text(member.place) + ": there is no key '" +
                            base::printable(member.key) + "' here");
  }
  return {};
}

base::Result<SecretAllowance> parse_allowance(const YamlNode& node) {
  constexpr std::array<std::string_view, 5> kKeys{"regexes", "paths", "stopwords", "target", "all"};
  PQ_TRY(check_keys(node, kKeys));
  SecretAllowance allow;
  allow.regexes = PQ_TRY(texts_member(node, "regexes"));
  allow.paths = PQ_TRY(texts_member(node, "paths"));
  allow.stopwords = PQ_TRY(texts_member(node, "stopwords"));
  const std::string target = PQ_TRY(text_member(node, "target"));
  if (target == "match")
    allow.target = SecretAllowance::Target::Match;
  else if (target == "line")
    allow.target = SecretAllowance::Target::Line;
  else if (!target.empty() && target != "secret")
    return std::unexpected(wrong(node, "target is secret, match or line"));
  if (const YamlNode* all = node.find("all")) allow.all = all->boolean().value_or(false);
  return allow;
}

base::Result<std::vector<SecretAllowance>> parse_allowances(const YamlNode& node) {
  std::vector<SecretAllowance> allowances;
  const YamlNode* list = node.find("allow");
  if (list == nullptr || list->is_null()) return allowances;
  if (!list->is_sequence()) return std::unexpected(wrong(*list, "a list is expected here"));
  for (const YamlNode& item : list->items)
    allowances.push_back(PQ_TRY(parse_allowance(item)));
  return allowances;
}

/// What is looked for, from whichever of the three ways the rule chose.
base::Result<void> parse_pattern(const YamlNode& node, SecretRule& rule) {
  const std::string token = PQ_TRY(text_member(node, "token"));
  const std::string names = PQ_TRY(text_member(node, "names"));
  const std::string value = PQ_TRY(text_member(node, "value"));
  const std::string regex = PQ_TRY(text_member(node, "regex"));
  const std::vector<std::string> triggers = PQ_TRY(texts_member(node, "trigger"));
  if ((token.empty() ? 0 : 1) + (names.empty() ? 0 : 1) + (regex.empty() ? 0 : 1) != 1)
    return std::unexpected(wrong(node, "a rule has one of token, names and regex"));
  if (!token.empty()) {
    rule.rank = RuleRank::Token;
    rule.binary = true;
    rule.regex = std::string(kBefore) + "(" + token + ")" + std::string(kBehind);
    if (triggers.empty()) rule.triggers.push_back({token, false, false, true});
  } else if (!names.empty()) {
    if (value.empty()) return std::unexpected(wrong(node, "names need a value"));
    rule.rank = RuleRank::Assigned;
    rule.regex = "(?i:" + names + ")" + std::string(kAssigns) + "(" + value + ")" +
                 std::string(kBehindValue);
    if (triggers.empty()) rule.triggers.push_back({"(?:" + names + ")", false, true, true});
  } else {
    rule.regex = regex;
    if (triggers.empty()) return std::unexpected(wrong(node, "a regex needs a trigger"));
  }
  for (const std::string& trigger : triggers)
    rule.triggers.push_back({trigger, false, false, false});
  return {};
}

base::Result<void> parse_words(const YamlNode& node, SecretRule& rule) {
  const std::string severity = PQ_TRY(text_member(node, "severity"));
  const auto known = model::parse_severity(severity);
  if (!known) return std::unexpected(wrong(node, "severity is critical, high, medium or low"));
  rule.severity = *known;
  const std::string place = PQ_TRY(text_member(node, "place"));
  if (place == "files")
    rule.place = RulePlace::Files;
  else if (place == "config")
    rule.place = RulePlace::Config;
  else if (!place.empty())
    return std::unexpected(wrong(node, "place is files or config"));
  const std::string rank = PQ_TRY(text_member(node, "rank"));
  if (rank == "token")
    rule.rank = RuleRank::Token;
  else if (rank == "assigned")
    rule.rank = RuleRank::Assigned;
  else if (rank == "generic")
    rule.rank = RuleRank::Generic;
  else if (!rank.empty())
    return std::unexpected(wrong(node, "rank is token, assigned or generic"));
  if (const YamlNode* binary = node.find("binary")) rule.binary = binary->boolean().value_or(false);
  return {};
}

base::Result<SecretRule> parse_rule(const YamlNode& node, RuleExamples& examples) {
  constexpr std::array<std::string_view, 21> kKeys{
      "id",     "title",   "severity", "category", "token",   "names",  "value",
      "regex",  "trigger", "group",    "entropy",  "rank",    "place",  "reach",
      "binary", "paths",   "check",    "allow",    "matches", "misses", "path"};
  PQ_TRY(check_keys(node, kKeys));
  SecretRule rule;
  rule.id = PQ_TRY(text_member(node, "id"));
  if (!base::is_word(rule.id)) return std::unexpected(wrong(node, "a rule needs an id"));
  rule.title = PQ_TRY(text_member(node, "title"));
  rule.category = PQ_TRY(text_member(node, "category"));
  rule.check = PQ_TRY(text_member(node, "check"));
  rule.paths = PQ_TRY(texts_member(node, "paths"));
  PQ_TRY(parse_pattern(node, rule));
  PQ_TRY(parse_words(node, rule));
  rule.entropy = PQ_TRY(number_member(node, "entropy"));
  // A token's boundaries and a name before it hold no group, so 0 finds the secret in both.
  rule.group = static_cast<std::uint32_t>(PQ_TRY(number_member(node, "group")));
  rule.reach = static_cast<std::uint32_t>(PQ_TRY(number_member(node, "reach")));
  rule.allow = PQ_TRY(parse_allowances(node));
  examples = {rule.id,
              PQ_TRY(texts_member(node, "matches")),
              PQ_TRY(texts_member(node, "misses")),
              PQ_TRY(text_member(node, "path"))};
  return rule;
}

} // namespace

base::Result<SecretRuleSet> parse_rule_yaml(std::string_view text,
                                            const base::Limits& limits,
                                            std::vector<RuleExamples>* examples) {
  constexpr std::array<std::string_view, 4> kKeys{"rules", "allow", "builtin", "disabled"};
  const base::YamlDocument document = PQ_TRY(base::parse_single_yaml(text, limits));
  PQ_TRY(check_keys(document.root, kKeys));
  SecretRuleSet set;
  set.allow = PQ_TRY(parse_allowances(document.root));
  if (const YamlNode* builtin = document.root.find("builtin"))
    set.extends_builtin = builtin->boolean().value_or(true);
  set.disabled = PQ_TRY(texts_member(document.root, "disabled"));
  std::set<std::string> ids;
  const YamlNode* rules = document.root.find("rules");
  if (rules == nullptr || rules->is_null()) return set;
  if (!rules->is_sequence()) return std::unexpected(wrong(*rules, "a list of rules is expected"));
  for (const YamlNode& node : rules->items) {
    RuleExamples shown;
    SecretRule rule = PQ_TRY(parse_rule(node, shown));
    if (!ids.insert(rule.id).second)
      return std::unexpected(wrong(node, "two rules have the id " + base::printable(rule.id)));
    if (set.rules.size() >= limits.secret_rules)
      return base::fail(Code::LimitExceeded,
                        "there are more than " + std::to_string(limits.secret_rules) + " rules");
    set.rules.push_back(std::move(rule));
    if (examples != nullptr) examples->push_back(std::move(shown));
  }
  return set;
}

base::Result<SecretRuleSet> read_rule_file(const std::filesystem::path& file,
                                           const base::Limits& limits) {
  const std::string text = PQ_TRY(base::read_file(file, limits.secret_rule_bytes));
  if (file.extension() == ".toml") return base::at(file.string(), parse_gitleaks(text, limits));
  return base::at(file.string(), parse_rule_yaml(text, limits));
}

} // namespace portique::inspect
