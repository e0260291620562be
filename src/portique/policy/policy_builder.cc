#include "portique/policy/policy_builder.h"

#include <algorithm>

#include "portique/base/digest.h"
#include "portique/base/text.h"
#include "portique/policy/message_template.h"

namespace portique::policy {

namespace {

/// A value of a list or exception as a condition writes it.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

/// Falco's lists put quotes around words with odd characters; they are not part of the word.
std::string_view without_quotes(std::string_view text) {
  const bool has_quotes = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
                          text.back() == text.front();
  return has_quotes ? text.substr(1, text.size() - 2) : text;
}

/// A node that outlives what it was made from.
Node without_texts(Node node) {
  node.text = nullptr;
  node.macro = nullptr;
  for (Node& child : node.children)
    child = without_texts(std::move(child));
  return node;
}

std::string_view scope_name(Scope scope, Domain domain) {
  if (scope == Scope::Finding) return "finding";
  return domain == Domain::Config ? "resource" : "package";
}

} // namespace

PolicyBuilder::PolicyBuilder(PolicyDraft& draft, const base::Limits& limits, base::Time now)
    : draft_(&draft), limits_(&limits), now_(now) {}

Policy PolicyBuilder::build() {
  policy_.name_ = draft_->name;
  policy_.description_ = draft_->description;
  policy_.file_ = draft_->file;
  policy_.audit_ = draft_->audit;
  base::Hasher hasher(base::DigestAlgorithm::Sha256);
  for (const auto& file : draft_->files)
    hasher.update(base::as_bytes(file->text));
  policy_.version_ = hasher.finish().text();
  policy_.definitions_ = std::make_unique<Definitions>();
  define_lists();
  define_macros();
  policy_.programs_.reserve(kDomainCount);
  policy_.rule_of_.resize(kDomainCount);
  for (std::size_t i = 0; i < kDomainCount; ++i)
    policy_.programs_.emplace_back(static_cast<Domain>(i));
  for (std::size_t i = 0; i < kDomainCount; ++i)
    compilers_.emplace_back(policy_.programs_[i], *policy_.definitions_, *limits_);
  policy_.rules_.reserve(draft_->rules.size()); // nodes borrow the texts inside
  for (RuleDraft& draft : draft_->rules) {
    Rule& rule = policy_.rules_.emplace_back();
    rule.draft = std::move(draft);
    build_rule(rule);
  }
  for (Program& program : policy_.programs_)
    program.finish();
  return std::move(policy_);
}

void PolicyBuilder::define_lists() {
  for (const ListDraft& list : draft_->lists)
    lists_.emplace(list.name, &list);
  for (const ListDraft& list : draft_->lists) {
    std::vector<const ListDraft*> open;
    std::vector<std::string> items;
    expand_list(list, open, items);
    policy_.definitions_->lists[list.name].items = std::move(items);
  }
}

void PolicyBuilder::expand_list(const ListDraft& list,
                                std::vector<const ListDraft*>& open,
                                std::vector<std::string>& out) {
  if (std::ranges::find(open, &list) != open.end() || open.size() > limits_->policy_depth) {
    draft_->complain(Level::Error,
                     open.front()->origin,
                     "the list '" + base::printable(open.front()->name) + "' leads back to itself");
    return;
  }
  open.push_back(&list);
  for (const std::string& item : list.items) {
    // Counted before it is followed: lists of empty lists cost time, too.
    if (++list_values_ > limits_->policy_list_values) {
      if (list_values_ == limits_->policy_list_values + 1)
        draft_->complain(Level::Error,
                         list.origin,
                         "the lists have more than " + std::to_string(limits_->policy_list_values) +
                             " values");
      break;
    }
    if (const auto other = lists_.find(item); other != lists_.end()) {
      policy_.definitions_->lists[item].used = true;
      expand_list(*other->second, open, out);
      continue;
    }
    out.emplace_back(without_quotes(item));
  }
  open.pop_back();
}

void PolicyBuilder::define_macros() {
  for (const MacroDraft& draft : draft_->macros) {
    auto expr = parse_condition(draft.condition.text(), *limits_);
    if (!expr) {
      draft_->complain(Level::Error, draft.condition, expr.error());
      continue;
    }
    Macro& macro = policy_.definitions_->macros[draft.name];
    macro.name = draft.name;
    macro.text = draft.condition.text();
    macro.expr = std::move(*expr);
  }
}

ConditionText PolicyBuilder::whole_condition(const RuleDraft& rule) const {
  if (rule.falco_exceptions.empty()) return rule.condition;
  const Origin& origin = rule.origin;
  ConditionText whole(origin.file, origin.place, "(");
  whole.append(rule.condition);
  whole.append(ConditionText(origin.file, origin.place, ")"));
  const auto value_of = [&](const std::string& value) {
    const bool is_list = is_identifier(value) && lists_.contains(value);
    return is_list ? value : quoted(without_quotes(value));
  };
  const auto list_of = [&](const std::vector<std::string>& values) {
    std::string list = "(";
    for (const std::string& value : values)
      list += (list.size() == 1 ? "" : ", ") + value_of(value);
    return list + ")";
  };
  for (const FalcoException& exception : rule.falco_exceptions) {
    std::string text;
    if (exception.is_single) {
      std::vector<std::string> values;
      for (const auto& row : exception.rows)
        for (const auto& cell : row)
          values.insert(values.end(), cell.values.begin(), cell.values.end());
      if (!values.empty())
        text = exception.fields[0] + " " + exception.comparisons[0] + " " + list_of(values);
    }
    for (const auto& row : exception.rows) {
      if (exception.is_single || row.size() != exception.fields.size()) continue;
      std::string line;
      for (std::size_t i = 0; i < row.size(); ++i) {
        const auto op = parse_op(exception.comparisons[i]);
        const bool takes = row[i].is_list || (op && takes_list(*op));
        line += (i == 0 ? "" : " and ") + exception.fields[i] + " " + exception.comparisons[i] +
                " " +
                (takes ? list_of(row[i].values)
                       : value_of(row[i].values.empty() ? "" : row[i].values[0]));
      }
      text += (text.empty() ? "(" : " or (") + line + ")";
    }
    if (!text.empty())
      whole.append(
          ConditionText(exception.origin.file, exception.origin.place, "and not (" + text + ")"));
  }
  return whole;
}

void PolicyBuilder::complain(const Rule& rule,
                             const ConditionText& text,
                             const Complaint& complaint) {
  // What a Falco rule asks for and we do not offer leaves out that rule, not the file.
  const bool tolerated = rule.draft.is_falco && complaint.unknown_name;
  Complaint told = complaint;
  if (tolerated)
    told.message =
        "rule '" + base::printable(rule.draft.name) + "' is not supported: " + told.message;
  else if (!complaint.macro.empty())
    told.message += " (in rule '" + base::printable(rule.draft.name) + "')";
  const Level level = tolerated ? Level::Warning : Level::Error;
  if (const MacroDraft* macro = draft_->find_macro(complaint.macro))
    draft_->complain(level, macro->condition, told);
  else
    draft_->complain(level, text, told);
}

void PolicyBuilder::build_rule(Rule& rule) {
  if (!rule.draft.enabled) return;
  for (const FalcoException& exception : rule.draft.falco_exceptions)
    for (const auto& row : exception.rows)
      if (!exception.is_single && row.size() != exception.fields.size())
        draft_->complain(Level::Error,
                         exception.origin,
                         "a row of '" + base::printable(exception.name) + "' has " +
                             std::to_string(row.size()) + " values for " +
                             std::to_string(exception.fields.size()) + " fields");
  if (!rule.draft.unsupported.empty()) {
    rule.unsupported = rule.draft.unsupported;
    draft_->complain(Level::Warning,
                     rule.draft.origin,
                     "rule '" + base::printable(rule.draft.name) +
                         "' is not supported: " + rule.unsupported);
    return;
  }
  Compiler& compiler = compilers_.at(static_cast<std::size_t>(rule.draft.domain));
  if (!compile_condition(rule, compiler)) return;
  compile_exceptions(rule, compiler);
  compile_message(rule, compiler);
}

bool PolicyBuilder::compile_condition(Rule& rule, Compiler& compiler) {
  rule.draft.condition = whole_condition(rule.draft);
  const ConditionText& text = rule.draft.condition;
  const auto expr = parse_condition(text.text(), *limits_);
  if (!expr) {
    rule.unsupported = expr.error().message;
    complain(rule, text, expr.error());
    return false;
  }
  compiler.forget_uses();
  auto node = compiler.compile(*expr, text.text());
  if (!node) {
    rule.unsupported = node.error().message;
    complain(rule, text, node.error());
    return false;
  }
  rule.scope = compiler.uses_findings() ? Scope::Finding
               : compiler.uses_parts()  ? Scope::Part
                                        : Scope::Whole;
  rule.node = std::move(*node);
  const auto domain = static_cast<std::size_t>(rule.draft.domain);
  rule.condition = policy_.programs_[domain].add_condition(rule.node);
  policy_.rule_of_[domain].push_back(policy_.rules_.size() - 1);
  return true;
}

void PolicyBuilder::check_exception(const Rule& rule, const ExceptionDraft& draft, bool expired) {
  const std::string what = "exception of rule '" + base::printable(rule.draft.name) + "'";
  if (expired) {
    draft_->complain(
        Level::Warning,
        draft.origin,
        what + " has expired on " + base::format_date(*draft.says.until) + " and no longer counts" +
            (draft.says.who.empty() ? "" : " (" + base::printable(draft.says.who) + ")"));
    if (!draft_->diagnostics.empty()) draft_->diagnostics.back().expired = true;
  }
  if (!draft.says.until)
    draft_->complain(Level::Warning, draft.origin, what + " has no expiry date ('until')");
  if (draft.says.why.empty())
    draft_->complain(Level::Warning, draft.origin, what + " has no reason ('why')");
  if (draft.says.who.empty())
    draft_->complain(Level::Warning, draft.origin, what + " does not say who took it ('who')");
}

void PolicyBuilder::compile_exceptions(Rule& rule, Compiler& compiler) {
  for (const ExceptionDraft& draft : rule.draft.exceptions) {
    CompiledException exception;
    exception.says = draft.says;
    exception.expired = draft.says.until && *draft.says.until <= now_;
    check_exception(rule, draft, exception.expired);
    if (!draft.when.text().empty()) {
      compiler.forget_uses();
      const auto expr = parse_condition(draft.when.text(), *limits_);
      const auto node = expr ? compiler.compile(*expr, draft.when.text())
                             : Checked<Node>(std::unexpected(expr.error()));
      if (!node) {
        complain(rule, draft.when, node.error());
        continue;
      }
      check_scope(rule, compiler, draft.origin, "exception");
      const auto domain = static_cast<std::size_t>(rule.draft.domain);
      exception.condition =
          policy_.programs_[domain].add_condition(*node, Program::Found::ByNumber);
      exception.node = without_texts(*node);
      policy_.rule_of_[domain].push_back(std::nullopt);
    }
    rule.exceptions.push_back(std::move(exception));
  }
}

void PolicyBuilder::compile_message(Rule& rule, Compiler& compiler) {
  base::YamlNode scalar;
  scalar.text = rule.draft.message;
  scalar.place = rule.draft.message_origin.place;
  const ConditionText text(rule.draft.message_origin.file, scalar);
  std::vector<Complaint> complaints;
  compiler.forget_uses();
  rule.message = parse_message(text.text(), rule.draft.percent_fields, compiler, complaints);
  for (const Complaint& complaint : complaints) {
    // A Falco rule decides as well without a field of its output.
    Complaint told = complaint;
    if (rule.draft.is_falco)
      told.message = "output of '" + base::printable(rule.draft.name) + "': " + told.message;
    draft_->complain(rule.draft.is_falco ? Level::Note : Level::Error, text, told);
  }
  check_scope(rule, compiler, rule.draft.message_origin, "message");
}

void PolicyBuilder::check_scope(const Rule& rule,
                                const Compiler& compiler,
                                const Origin& origin,
                                std::string_view what) {
  for (const Scope asked : {Scope::Finding, Scope::Part}) {
    const bool uses = asked == Scope::Finding ? compiler.uses_findings() : compiler.uses_parts();
    const bool has = rule.scope == Scope::Finding || rule.scope == asked;
    if (uses && !has)
      draft_->complain(Level::Error,
                       origin,
                       "the " + std::string(what) + " asks for a " +
                           std::string(scope_name(asked, rule.draft.domain)) +
                           ", and the rule's condition is about none");
  }
}

} // namespace portique::policy
