// gitleaks' configuration (https://github.com/gitleaks/gitleaks, "Configuration"): [[rules]] with
// id, description, regex, secretGroup, entropy, path, keywords, [rules.allowlist] or
// [[rules.allowlists]]; [allowlist] or [[allowlists]] for all; [extend].
//
// A keyword may stand anywhere in what is looked at, so a rule with keywords is tried on the whole
// block that holds one. Rules that only name a path, commits and tags have no meaning here.

#include <array>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/base/toml.h"
#include "portique/inspect/secrets/rule_file.h"

namespace portique::inspect {

using base::Code;

namespace {

std::vector<std::string> texts(const boost::json::object* object, std::string_view name) {
  std::vector<std::string> all;
  for (const boost::json::value& item : base::json_items(object, name))
    if (item.is_string()) all.emplace_back(item.get_string());
  return all;
}

double number(const boost::json::object* object, std::string_view name) {
  const boost::json::value* value = base::json_member(object, name);
  if (value == nullptr || !value->is_number()) return 0;
  return value->to_number<double>();
}

void take_allowance(const boost::json::object* object, std::vector<SecretAllowance>& into) {
  if (object == nullptr) return;
  SecretAllowance allow;
  allow.regexes = texts(object, "regexes");
  allow.paths = texts(object, "paths");
  allow.stopwords = texts(object, "stopwords");
  const std::string_view target = base::json_string(object, "regexTarget");
  if (target == "match") allow.target = SecretAllowance::Target::Match;
  if (target == "line") allow.target = SecretAllowance::Target::Line;
  allow.all = base::equals_ignore_case(base::json_string(object, "condition"), "and");
  if (!allow.regexes.empty() || !allow.paths.empty() || !allow.stopwords.empty())
    into.push_back(std::move(allow));
}

void take_allowances(const boost::json::object* object, std::vector<SecretAllowance>& into) {
  take_allowance(base::json_object(base::json_member(object, "allowlist")), into);
  for (const boost::json::value& item : base::json_items(object, "allowlists"))
    take_allowance(base::json_object(&item), into);
}

base::Result<SecretRule> parse_rule(const boost::json::object* object) {
  SecretRule rule;
  rule.id = base::json_string(object, "id");
  if (rule.id.empty()) return base::fail(Code::Malformed, "a rule has no id");
  rule.title = base::json_string(object, "description");
  if (rule.title.empty()) rule.title = rule.id;
  rule.category = "gitleaks";
  rule.rank = RuleRank::Assigned;
  rule.regex = base::json_string(object, "regex");
  rule.path_regex = base::json_string(object, "path");
  rule.entropy = number(object, "entropy");
  const double group = number(object, "secretGroup");
  if (group < 0 || group > 100)
    return base::fail(Code::Malformed, "rule " + base::printable(rule.id) + " has no such group");
  rule.group = static_cast<std::uint32_t>(group);
  for (std::string& keyword : texts(object, "keywords"))
    if (!keyword.empty()) rule.triggers.push_back({std::move(keyword), true, true, false});
  rule.whole_block = true;
  rule.as_written = true;
  take_allowances(object, rule.allow);
  return rule;
}

} // namespace

base::Result<SecretRuleSet> parse_gitleaks(std::string_view text, const base::Limits& limits) {
  const boost::json::value document = PQ_TRY(base::parse_toml(text, limits));
  const boost::json::object* root = base::json_object(&document);
  const boost::json::object* extend = base::json_object(base::json_member(root, "extend"));
  SecretRuleSet set;
  if (!base::json_string(extend, "path").empty() || !base::json_string(extend, "url").empty())
    return base::fail(Code::Unsupported,
                      "[extend] path: name that file by --secret-rules as well instead");
  const boost::json::value* use_default = base::json_member(extend, "useDefault");
  set.extends_builtin = use_default != nullptr && use_default->is_bool() && use_default->get_bool();
  set.disabled = texts(extend, "disabledRules");
  take_allowances(root, set.allow);
  for (const boost::json::value& item : base::json_items(root, "rules")) {
    SecretRule rule = PQ_TRY(parse_rule(base::json_object(&item)));
    if (set.rules.size() >= limits.secret_rules)
      return base::fail(Code::LimitExceeded,
                        "there are more than " + std::to_string(limits.secret_rules) + " rules");
    if (!rule.regex.empty()) set.rules.push_back(std::move(rule));
  }
  return set;
}

} // namespace portique::inspect
