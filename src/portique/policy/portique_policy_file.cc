// portique.yaml: a mapping with rules, lists, macros and includes. docs/policy.md describes it.
#include <algorithm>
#include <array>
#include <initializer_list>

#include "portique/base/nearest.h"
#include "portique/base/text.h"
#include "portique/policy/document_reader.h"
#include "portique/policy/draft.h"

namespace portique::policy {

namespace {

using base::YamlMember;
using base::YamlNode;

struct Severities {
  model::Decision action;
  model::Severity severity;
};

/// What a rule without `severity:` has.
constexpr std::array kSeverities{Severities{model::Decision::Deny, model::Severity::High},
                                 Severities{model::Decision::Warn, model::Severity::Medium},
                                 Severities{model::Decision::Allow, model::Severity::Negligible}};

class Reader : DocumentReader {
public:
  Reader(std::shared_ptr<const SourceFile> file, const base::Limits& limits, PolicyDraft& draft)
      : DocumentReader(std::move(file), draft), limits_(&limits), draft_(&draft) {}

  void read(const YamlNode& root) {
    check_keys(root,
               {"version",
                "name",
                "description",
                "mode",
                "include",
                "lists",
                "macros",
                "rules",
                "disable",
                "admission"}, // read by access/kubernetes
               "a policy");
    const bool outermost = draft_->files.size() == 1;
    if (outermost) {
      draft_->name = text_of(root, "name");
      draft_->description = text_of(root, "description");
    }
    read_mode(root);
    if (const YamlNode* include = root.find("include")) read_include(*include);
    if (const YamlNode* lists = root.find("lists")) read_lists(*lists);
    if (const YamlNode* macros = root.find("macros")) read_macros(*macros);
    if (const YamlNode* rules = root.find("rules")) read_rules(*rules);
    if (const YamlNode* disable = root.find("disable")) read_disable(*disable);
  }

private:
  std::vector<std::string> texts_of(const YamlNode& node, std::string_view what) {
    std::vector<std::string> texts;
    if (node.is_scalar()) return {node.text};
    if (!node.is_sequence()) {
      complain(node, std::string(what) + " is a list of texts");
      return texts;
    }
    for (const YamlNode& item : node.items) {
      if (item.is_scalar())
        texts.push_back(item.text);
      else
        complain(item, "expected a text in the list");
    }
    return texts;
  }

  void read_mode(const YamlNode& root) {
    const YamlNode* mode = root.find("mode");
    if (mode == nullptr) return;
    if (mode->is_scalar() && mode->text == "audit")
      draft_->audit = true;
    else if (!mode->is_scalar() || mode->text != "enforce")
      complain(*mode, "the mode is 'enforce' or 'audit'");
  }

  void read_include(const YamlNode& include) {
    const Origin origin{file_, include.place};
    for (const std::string& name : texts_of(include, "include"))
      include_policy(name, &origin, *limits_, *draft_);
  }

  void read_lists(const YamlNode& lists) {
    if (!lists.is_mapping()) return complain(lists, "lists are names with their values");
    for (const YamlMember& member : lists.members) {
      if (!check_name(member, "list")) continue;
      ListDraft list{member.key, texts_of(member.value, "a list"), {file_, member.place}};
      // The outer file's list takes the place of an included one.
      if (ListDraft* known = draft_->find_list(member.key))
        *known = std::move(list);
      else
        draft_->lists.push_back(std::move(list));
    }
  }

  void read_macros(const YamlNode& macros) {
    if (!macros.is_mapping()) return complain(macros, "macros are names with their conditions");
    for (const YamlMember& member : macros.members) {
      if (!check_name(member, "macro")) continue;
      if (!member.value.is_scalar()) {
        complain(member.value, "a macro is a condition");
        continue;
      }
      MacroDraft macro{member.key, {file_, member.value}, {file_, member.place}};
      if (MacroDraft* known = draft_->find_macro(member.key))
        *known = std::move(macro);
      else
        draft_->macros.push_back(std::move(macro));
    }
  }

  bool check_name(const YamlMember& member, std::string_view what) {
    if (is_identifier(member.key)) return true;
    draft_->complain(Level::Error,
                     {file_, member.place},
                     "the name of a " + std::string(what) +
                         " is a letter, then letters, digits and underscores");
    return false;
  }

  void read_rules(const YamlNode& rules) {
    if (!rules.is_sequence()) return complain(rules, "rules are a list");
    for (const YamlNode& node : rules.items) {
      if (!node.is_mapping()) {
        complain(node, "a rule is a mapping with 'name', 'on' and 'deny', 'warn' or 'allow'");
        continue;
      }
      read_rule(node);
    }
  }

  void read_rule(const YamlNode& node) {
    check_keys(node,
               {"name",
                "on",
                "deny",
                "warn",
                "allow",
                "message",
                "severity",
                "explain",
                "except",
                "examples",
                "tags",
                "enabled"},
               "a rule");
    RuleDraft rule;
    rule.origin = {file_, node.place};
    rule.name = text_of(node, "name");
    if (rule.name.empty()) return complain(node, "the rule has no name");
    if (!read_domain(node, rule) || !read_action(node, rule)) return;
    rule.message = text_of(node, "message");
    if (const YamlNode* message = node.find("message"))
      rule.message_origin = {file_, message->place};
    else
      rule.message_origin = rule.origin;
    rule.explanation = text_of(node, "explain");
    if (const YamlNode* severity = node.find("severity")) read_severity(*severity, rule);
    if (const YamlNode* tags = node.find("tags")) rule.tags = texts_of(*tags, "tags");
    if (const YamlNode* enabled = node.find("enabled")) {
      const auto value = enabled->boolean();
      if (!value) complain(*enabled, "'enabled' is true or false");
      rule.enabled = value.value_or(true);
    }
    if (const YamlNode* except = node.find("except")) read_exceptions(*except, rule);
    if (const YamlNode* examples = node.find("examples"))
      read_examples(file_, *examples, rule, *draft_);
    if (const RuleDraft* known = draft_->find_rule(rule.name))
      return complain(node,
                      "there is a rule '" + base::printable(rule.name) + "' already, in " +
                          known->origin.file->name + ":" +
                          std::to_string(known->origin.place.line));
    draft_->rules.push_back(std::move(rule));
  }

  bool read_domain(const YamlNode& node, RuleDraft& rule) {
    const YamlNode* on = node.find("on");
    constexpr std::string_view kDomains = "image, config, request, container, host, event";
    if (on == nullptr) {
      complain(node, "the rule does not say what it is 'on:'; there are: " + std::string(kDomains));
      return false;
    }
    const auto domain = on->is_scalar() ? parse_domain(on->text) : std::nullopt;
    if (!domain) {
      complain(*on, "rules are on: " + std::string(kDomains));
      return false;
    }
    rule.domain = *domain;
    return true;
  }

  bool read_action(const YamlNode& node, RuleDraft& rule) {
    const YamlNode* condition = nullptr;
    for (const Severities& row : kSeverities) {
      const YamlNode* found = node.find(model::decision_name(row.action));
      if (found == nullptr) continue;
      if (condition != nullptr) {
        complain(*found, "a rule has one of 'deny', 'warn' and 'allow'");
        return false;
      }
      condition = found;
      rule.action = row.action;
      rule.severity = row.severity;
    }
    if (condition == nullptr) {
      complain(node, "the rule has none of 'deny', 'warn' and 'allow'");
      return false;
    }
    if (!condition->is_scalar() || base::trim(condition->text).empty()) {
      complain(*condition, "expected a condition");
      return false;
    }
    rule.condition = ConditionText(file_, *condition);
    return true;
  }

  void read_severity(const YamlNode& node, RuleDraft& rule) {
    const auto severity = node.is_scalar() ? model::parse_severity(node.text) : std::nullopt;
    if (!severity)
      return complain(node,
                      "no severity; there are: critical, high, medium, low, negligible, unknown");
    rule.severity = *severity;
  }

  void read_exceptions(const YamlNode& node, RuleDraft& rule) {
    if (!node.is_sequence()) return complain(node, "exceptions are a list");
    for (const YamlNode& item : node.items) {
      if (!item.is_mapping()) {
        complain(item, "an exception is a mapping with 'when', 'who', 'why' and 'until'");
        continue;
      }
      check_keys(item, {"when", "who", "why", "until"}, "an exception");
      ExceptionDraft exception;
      exception.origin = {file_, item.place};
      if (const YamlNode* when = item.find("when")) {
        if (when->is_scalar())
          exception.when = ConditionText(file_, *when);
        else
          complain(*when, "'when' is a condition");
      }
      exception.says.who = text_of(item, "who");
      exception.says.why = text_of(item, "why");
      if (const YamlNode* until = item.find("until")) {
        exception.says.until = until->is_scalar() ? base::parse_time(until->text) : std::nullopt;
        if (!exception.says.until)
          complain(*until, "'until' is a date such as 2027-01-31, or a time with it");
      }
      rule.exceptions.push_back(std::move(exception));
    }
  }

  /// Rules of included files that do not count here.
  void read_disable(const YamlNode& node) {
    for (const std::string& name : texts_of(node, "disable")) {
      if (RuleDraft* rule = draft_->find_rule(name)) {
        rule->enabled = false;
        continue;
      }
      std::vector<std::string> names;
      for (const RuleDraft& rule : draft_->rules)
        names.push_back(rule.name);
      const std::string near = base::nearest(name, names);
      complain(node,
               "there is no rule '" + base::printable(name.substr(0, 80)) + "' to disable" +
                   (near.empty() ? "" : "; did you mean " + near + "?"));
    }
  }

  const base::Limits* limits_;
  PolicyDraft* draft_;
};

} // namespace

void read_portique_policy(const std::shared_ptr<const SourceFile>& file,
                          const YamlNode& root,
                          const base::Limits& limits,
                          PolicyDraft& draft) {
  Reader(file, limits, draft).read(root);
}

} // namespace portique::policy
