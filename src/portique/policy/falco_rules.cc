// Falco's rule files (https://falco.org/docs/concepts/rules/): a list of lists, macros and rules,
// each able to change those of the same name that came before it.
#include <algorithm>
#include <array>
#include <initializer_list>

#include "portique/base/nearest.h"
#include "portique/base/text.h"
#include "portique/policy/draft.h"

namespace portique::policy {

namespace {

using base::YamlMember;
using base::YamlNode;

/// The newest rule format whose keys and operators are known here.
constexpr std::uint64_t kEngineMinor = 63;

struct Priority {
  std::string_view word;
  model::Severity severity;
};

constexpr std::array kPriorities{Priority{"emergency", model::Severity::Critical},
                                 Priority{"alert", model::Severity::Critical},
                                 Priority{"critical", model::Severity::Critical},
                                 Priority{"error", model::Severity::High},
                                 Priority{"warning", model::Severity::Medium},
                                 Priority{"notice", model::Severity::Low},
                                 Priority{"informational", model::Severity::Negligible},
                                 Priority{"info", model::Severity::Negligible},
                                 Priority{"debug", model::Severity::Negligible}};

enum class Change : std::uint8_t { None, Append, Replace };

class Reader {
public:
  Reader(std::shared_ptr<const SourceFile> file, PolicyDraft& draft)
      : file_(std::move(file)), draft_(&draft) {}

  void read(const YamlNode& root) {
    for (const YamlNode& item : root.items) {
      if (item.is_null()) continue;
      if (!item.is_mapping()) {
        complain(item, "expected a rule, macro or list");
      } else if (item.find("rule") != nullptr) {
        read_rule(item);
      } else if (item.find("macro") != nullptr) {
        read_macro(item);
      } else if (item.find("list") != nullptr) {
        read_list(item);
      } else if (const YamlNode* version = item.find("required_engine_version")) {
        check_version(*version);
      } else if (const YamlNode* plugins = item.find("required_plugin_versions")) {
        complain(*plugins,
                 "plugins are not loaded; rules for their fields are not offered",
                 Level::Note);
      } else {
        complain(item, "neither a rule nor a macro nor a list", Level::Warning);
      }
    }
  }

private:
  void complain(const YamlNode& node, std::string message, Level level = Level::Error) {
    draft_->complain(level, {file_, node.place}, std::move(message));
  }

  std::string text_of(const YamlNode& node, std::string_view key) {
    const YamlNode* value = node.find(key);
    if (value == nullptr || value->is_null()) return "";
    if (value->is_scalar()) return std::string(base::trim(value->text));
    complain(*value, "'" + std::string(key) + "' is a text");
    return "";
  }

  void check_keys(const YamlNode& node, std::initializer_list<std::string_view> known) {
    const std::vector<std::string> names(known.begin(), known.end());
    for (const YamlMember& member : node.members) {
      if (std::ranges::find(names, member.key) != names.end()) continue;
      const std::string near = base::nearest(member.key, names);
      draft_->complain(Level::Warning,
                       {file_, member.place},
                       "unknown key '" + base::printable(member.key.substr(0, 80)) + "'" +
                           (near.empty() ? "" : "; did you mean " + near + "?"));
    }
  }

  void check_version(const YamlNode& version) {
    // A number, or MAJOR.MINOR.PATCH, whose minor is that number.
    std::string_view rest = version.text;
    const std::string_view first = base::take_until(rest, '.');
    const auto wanted =
        base::parse_int<std::uint64_t>(rest.empty() ? first : base::take_until(rest, '.'));
    if (!version.is_scalar() || !wanted)
      complain(version, "no engine version: a number, or 0.NUMBER.0");
    else if (*wanted > kEngineMinor)
      complain(version,
               "the rules want engine version " + std::to_string(*wanted) +
                   "; known is the format of " + std::to_string(kEngineMinor),
               Level::Warning);
  }

  bool flag_of(const YamlNode& node, std::string_view key, bool otherwise) {
    const YamlNode* value = node.find(key);
    if (value == nullptr || value->is_null()) return otherwise;
    const auto flag = value->boolean();
    if (!flag) complain(*value, "'" + std::string(key) + "' is true or false");
    return flag.value_or(otherwise);
  }

  /// What `override:` says of a key; every override of a rule also for keys that are no texts.
  Change change_of(const YamlNode& node, std::string_view key) {
    const YamlNode* override_node = node.find("override");
    const YamlNode* value = override_node == nullptr ? nullptr : override_node->find(key);
    if (value == nullptr) return Change::None;
    if (value->is_scalar() && value->text == "append") return Change::Append;
    if (!value->is_scalar() || value->text != "replace")
      complain(*value, "an override is 'append' or 'replace'");
    return Change::Replace;
  }

  bool has_override(const YamlNode& node) {
    const YamlNode* value = node.find("override");
    if (value == nullptr || value->is_null()) return false;
    if (!value->is_mapping()) {
      complain(*value, "'override' is a mapping of keys to 'append' or 'replace'");
      return false;
    }
    for (const YamlMember& member : value->members)
      if (node.find(member.key) == nullptr)
        draft_->complain(Level::Error,
                         {file_, member.place},
                         "'" + base::printable(member.key.substr(0, 80)) +
                             "' is to be overridden, and is not there");
    return true;
  }

  std::vector<std::string> texts_of(const YamlNode& node, std::string_view what) {
    std::vector<std::string> texts;
    if (node.is_null()) return texts;
    if (!node.is_sequence()) {
      complain(node, std::string(what) + " is a list");
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

  bool is_append(const YamlNode& node, std::string_view key) {
    const bool appends = flag_of(node, "append", false);
    return has_override(node) ? change_of(node, key) == Change::Append : appends;
  }

  void read_list(const YamlNode& node) {
    check_keys(node, {"list", "items", "append", "override"});
    ListDraft list;
    list.name = text_of(node, "list");
    list.origin = {file_, node.place};
    const YamlNode* items = node.find("items");
    if (list.name.empty() || items == nullptr) return complain(node, "a list has a name and items");
    list.items = texts_of(*items, "'items'");
    ListDraft* known = draft_->find_list(list.name);
    if (!is_append(node, "items")) {
      if (known != nullptr)
        *known = std::move(list);
      else
        draft_->lists.push_back(std::move(list));
    } else if (known == nullptr) {
      complain(node, "there is no list '" + base::printable(list.name) + "' to append to");
    } else {
      std::ranges::move(list.items, std::back_inserter(known->items));
    }
  }

  void read_macro(const YamlNode& node) {
    check_keys(node, {"macro", "condition", "append", "override"});
    MacroDraft macro;
    macro.name = text_of(node, "macro");
    macro.origin = {file_, node.place};
    const YamlNode* condition = node.find("condition");
    if (macro.name.empty() || condition == nullptr || !condition->is_scalar())
      return complain(node, "a macro has a name and a condition");
    macro.condition = ConditionText(file_, *condition);
    MacroDraft* known = draft_->find_macro(macro.name);
    if (!is_append(node, "condition")) {
      if (known != nullptr)
        *known = std::move(macro);
      else
        draft_->macros.push_back(std::move(macro));
    } else if (known == nullptr) {
      complain(node, "there is no macro '" + base::printable(macro.name) + "' to append to");
    } else {
      known->condition.append(macro.condition);
    }
  }

  void read_rule(const YamlNode& node) {
    check_keys(node,
               {"rule",
                "condition",
                "output",
                "desc",
                "priority",
                "source",
                "enabled",
                "capture",
                "capture_duration",
                "warn_evttypes",
                "skip-if-unknown-filter",
                "tags",
                "exceptions",
                "override",
                "append",
                "examples"});
    const std::string name = text_of(node, "rule");
    if (name.empty()) return complain(node, "the rule has no name");
    RuleDraft* known = draft_->find_rule(name);
    const bool changes = has_override(node) || flag_of(node, "append", false);
    const bool only_switches = node.find("condition") == nullptr &&
                               node.find("output") == nullptr && node.find("desc") == nullptr &&
                               node.find("priority") == nullptr;
    if (changes || only_switches) {
      if (known == nullptr)
        return complain(node, "there is no rule '" + base::printable(name) + "' to change");
      return change_rule(node, *known, !changes);
    }
    RuleDraft rule;
    rule.name = name;
    rule.origin = {file_, node.place};
    rule.domain = Domain::Event;
    rule.action = model::Decision::Warn;
    rule.is_falco = true;
    rule.percent_fields = true;
    rule.enabled = flag_of(node, "enabled", true);
    if (!read_condition(node, rule)) return;
    read_output(node, rule);
    rule.explanation = text_of(node, "desc");
    read_priority(node, rule);
    if (const YamlNode* tags = node.find("tags")) rule.tags = texts_of(*tags, "'tags'");
    const std::string source = text_of(node, "source");
    if (!source.empty() && source != "syscall")
      rule.unsupported = "events of the source '" + base::printable(source) + "' are not offered";
    if (const YamlNode* exceptions = node.find("exceptions"))
      rule.falco_exceptions = exceptions_of(*exceptions);
    if (const YamlNode* examples = node.find("examples"))
      read_examples(file_, *examples, rule, *draft_);
    if (known != nullptr)
      *known = std::move(rule);
    else
      draft_->rules.push_back(std::move(rule));
  }

  bool read_condition(const YamlNode& node, RuleDraft& rule) {
    const YamlNode* condition = node.find("condition");
    if (condition != nullptr && condition->is_scalar() && !base::trim(condition->text).empty()) {
      rule.condition = ConditionText(file_, *condition);
      return true;
    }
    complain(node, "the rule '" + base::printable(rule.name) + "' has no condition");
    return false;
  }

  void read_output(const YamlNode& node, RuleDraft& rule) {
    rule.message = text_of(node, "output");
    const YamlNode* output = node.find("output");
    rule.message_origin = {file_, output == nullptr ? node.place : output->place};
    if (rule.message.empty())
      complain(node, "the rule '" + base::printable(rule.name) + "' has no output");
  }

  void read_priority(const YamlNode& node, RuleDraft& rule) {
    rule.priority = text_of(node, "priority");
    const std::string word = base::to_lower(rule.priority);
    const auto found = std::ranges::find(kPriorities, std::string_view(word), &Priority::word);
    if (found != kPriorities.end()) {
      rule.severity = found->severity;
      return;
    }
    const YamlNode* priority = node.find("priority");
    complain(priority == nullptr ? node : *priority,
             "no priority; there are: emergency, alert, critical, error, warning, notice, "
             "informational, debug");
  }

  /// `override:`, or the older `append: true` and a rule with nothing but `enabled:`.
  void change_rule(const YamlNode& node, RuleDraft& rule, bool only_switches) {
    if (only_switches) {
      if (node.find("enabled") == nullptr)
        return complain(node, "the rule '" + base::printable(rule.name) + "' has no condition");
      rule.enabled = flag_of(node, "enabled", true);
      return;
    }
    const bool overrides = has_override(node);
    const auto change = [&](std::string_view key) {
      if (node.find(key) == nullptr) return Change::None;
      return overrides ? change_of(node, key) : Change::Append;
    };
    if (const Change how = change("condition"); how != Change::None) {
      RuleDraft other = rule;
      if (read_condition(node, other)) {
        if (how == Change::Replace)
          rule.condition = std::move(other.condition);
        else
          rule.condition.append(other.condition);
      }
    }
    change_text(node, "output", change("output"), rule.message);
    change_text(node, "desc", change("desc"), rule.explanation);
    if (change("priority") == Change::Replace) read_priority(node, rule);
    if (change("enabled") == Change::Replace) rule.enabled = flag_of(node, "enabled", true);
    if (const Change how = change("tags"); how != Change::None) {
      if (how == Change::Replace) rule.tags.clear();
      for (std::string& tag : texts_of(*node.find("tags"), "'tags'"))
        rule.tags.push_back(std::move(tag));
    }
    if (const Change how = change("exceptions"); how != Change::None) {
      if (how == Change::Replace) rule.falco_exceptions.clear();
      for (FalcoException& exception : exceptions_of(*node.find("exceptions")))
        add_exception(node, std::move(exception), rule);
    }
  }

  void change_text(const YamlNode& node, std::string_view key, Change how, std::string& text) {
    if (how == Change::Replace) text = text_of(node, key);
    if (how == Change::Append) text += " " + text_of(node, key);
  }

  /// Rows for an exception that is there, or a new one.
  void add_exception(const YamlNode& node, FalcoException exception, RuleDraft& rule) {
    const auto known =
        std::ranges::find(rule.falco_exceptions, exception.name, &FalcoException::name);
    if (known == rule.falco_exceptions.end()) {
      if (exception.fields.empty())
        return complain(
            node, "there is no exception '" + base::printable(exception.name) + "' to append to");
      rule.falco_exceptions.push_back(std::move(exception));
      return;
    }
    if (!exception.fields.empty())
      return complain(node, "only values can be appended to an exception");
    std::ranges::move(exception.rows, std::back_inserter(known->rows));
  }

  std::vector<FalcoException> exceptions_of(const YamlNode& node) {
    std::vector<FalcoException> exceptions;
    if (node.is_null()) return exceptions;
    if (!node.is_sequence()) {
      complain(node, "exceptions are a list");
      return exceptions;
    }
    for (const YamlNode& item : node.items) {
      if (!item.is_mapping()) {
        complain(item, "an exception is a mapping");
        continue;
      }
      check_keys(item, {"name", "fields", "comps", "values"});
      FalcoException exception;
      exception.name = text_of(item, "name");
      exception.origin = {file_, item.place};
      if (exception.name.empty()) complain(item, "the exception has no name");
      read_columns(item, exception);
      if (const YamlNode* values = item.find("values"); values != nullptr && !values->is_null())
        read_rows(*values, exception);
      exceptions.push_back(std::move(exception));
    }
    return exceptions;
  }

  void read_columns(const YamlNode& item, FalcoException& exception) {
    const YamlNode* fields = item.find("fields");
    const YamlNode* comps = item.find("comps");
    if (fields == nullptr) return;
    exception.is_single = fields->is_scalar();
    if (exception.is_single) {
      exception.fields = {fields->text};
      exception.comparisons = {comps == nullptr ? "in" : comps->text};
    } else {
      exception.fields = texts_of(*fields, "'fields'");
      exception.comparisons = comps == nullptr
                                  ? std::vector<std::string>(exception.fields.size(), "=")
                                  : texts_of(*comps, "'comps'");
    }
    if (exception.fields.size() != exception.comparisons.size())
      return complain(item, "'fields' and 'comps' are of different lengths");
    for (const std::string& comparison : exception.comparisons) {
      const auto op = parse_op(comparison);
      if (!op || op->op == Op::Exists)
        complain(item, "'" + base::printable(comparison.substr(0, 80)) + "' is no comparison");
      else if (exception.is_single && !takes_list(*op))
        complain(item, "one field is compared with 'in', 'pmatch' or 'intersects'");
    }
  }

  FalcoException::Cell cell_of(const YamlNode& node) {
    FalcoException::Cell cell;
    cell.is_list = node.is_sequence();
    if (node.is_scalar())
      cell.values = {node.text};
    else
      cell.values = texts_of(node, "a value");
    return cell;
  }

  void read_rows(const YamlNode& values, FalcoException& exception) {
    if (!values.is_sequence()) return complain(values, "'values' is a list");
    for (const YamlNode& row : values.items) {
      std::vector<FalcoException::Cell> cells;
      // Rows that are appended do not know whether there is one field or several.
      if (row.is_sequence())
        for (const YamlNode& cell : row.items)
          cells.push_back(cell_of(cell));
      else
        cells.push_back(cell_of(row));
      exception.rows.push_back(std::move(cells));
    }
  }

  std::shared_ptr<const SourceFile> file_;
  PolicyDraft* draft_;
};

} // namespace

void read_falco_rules(const std::shared_ptr<const SourceFile>& file,
                      const YamlNode& root,
                      PolicyDraft& draft) {
  Reader(file, draft).read(root);
}

} // namespace portique::policy
