#include "portique/policy/explain.h"

#include <algorithm>

#include "portique/base/text.h"
#include "portique/policy/json_source.h"

namespace portique::policy {

namespace {

std::string one_line(std::string_view text) {
  constexpr std::size_t kLongest = 240;
  std::string out;
  for (const char c : text) {
    if (!base::is_space(c))
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  if (out.size() > kLongest) out = out.substr(0, kLongest) + " ...";
  return base::printable(out);
}

class NodeExplainer {
public:
  NodeExplainer(const Program& program, Evaluation& evaluation, std::vector<ExplainedPart>& parts)
      : program_(&program), evaluation_(&evaluation), parts_(&parts) {}

  bool holds(const Node& node) {
    switch (node.kind) {
    case Node::Kind::Never:
      return false;
    case Node::Kind::Always:
      return true;
    case Node::Kind::Term:
      return evaluation_->term_holds(node.term);
    case Node::Kind::Not:
      return !holds(node.children.front());
    case Node::Kind::And:
      return std::ranges::all_of(node.children, [this](const Node& c) { return holds(c); });
    case Node::Kind::Or:
      return std::ranges::any_of(node.children, [this](const Node& c) { return holds(c); });
    }
    return false;
  }

  /// `decides`: the parts above came out as they did because of this one.
  void explain(const Node& node, std::size_t depth, bool decides) {
    ExplainedPart part;
    part.holds = holds(node);
    part.depth = depth;
    part.text = text_of(node);
    part.decides = decides && node.children.empty();
    if (node.kind == Node::Kind::Term) {
      const Term& term = program_->terms()[node.term];
      part.value = value_text(evaluation_->operand_value(term.operand),
                              program_->operands()[term.operand].type);
    }
    const bool result = part.holds;
    parts_->push_back(std::move(part));
    // A part that came out as its chain did is one that decided it: every part of an `and` that
    // holds, the first part of an `and` that fails.
    bool decided = false;
    for (const Node& child : node.children) {
      const bool is_not = node.kind == Node::Kind::Not;
      const bool same = is_not || holds(child) == result;
      const bool all = is_not || (node.kind == Node::Kind::And) == result;
      explain(child, depth + 1, decides && same && (all || !decided));
      decided = decided || same;
    }
  }

private:
  [[nodiscard]] static std::string text_of(const Node& node) {
    if (node.text == nullptr) return node.kind == Node::Kind::Always ? "true" : "false";
    const std::string text = one_line(
        std::string_view(*node.text).substr(node.span.begin, node.span.end - node.span.begin));
    return node.macro == nullptr ? text : text + " (macro)";
  }

  const Program* program_;
  Evaluation* evaluation_;
  std::vector<ExplainedPart>* parts_;
};

ExplainedRule explain_rule(const Policy& policy, const Rule& rule, Evaluation& evaluation) {
  ExplainedRule explained;
  explained.name = rule.draft.name;
  explained.action = rule.draft.action;
  explained.file = rule.draft.origin.file->name;
  explained.line = rule.draft.origin.place.line;
  NodeExplainer explainer(policy.program(rule.draft.domain), evaluation, explained.parts);
  explained.holds = explainer.holds(rule.node);
  explainer.explain(rule.node, 0, true);
  if (!explained.holds) return explained;
  for (const CompiledException& exception : rule.exceptions)
    if (!exception.expired && !explained.exception &&
        (!exception.condition || evaluation.holds(*exception.condition)))
      explained.exception = exception.says;
  return explained;
}

Diagnostic told(Level level, const Origin& origin, std::string message) {
  return diagnostic_at(level, *origin.file, origin.place, std::move(message));
}

} // namespace

Domain domain_of_input(const boost::json::object& input) {
  auto best = Domain::Event;
  std::size_t fewest = input.size() + 1;
  for (std::size_t i = 0; i < kDomainCount; ++i) {
    const auto domain = static_cast<Domain>(i);
    const std::size_t unknown = JsonSource(field_table(domain), input).unknown_members().size();
    if (unknown >= fewest) continue;
    fewest = unknown;
    best = domain;
  }
  return best;
}

ExplainedInput explain_input(const Policy& policy,
                             Domain domain,
                             const boost::json::object& input,
                             const std::optional<std::string>& rule_name) {
  ExplainedInput explained;
  explained.domain = domain;
  const JsonSource source(field_table(domain), input);
  explained.unknown_members = source.unknown_members();
  Decider decider(policy, domain);
  Evaluation& evaluation = decider.evaluation();
  evaluation.begin(source);
  bool allowed = false;
  for (std::size_t i = 0; i < policy.rules().size(); ++i) {
    const Rule& rule = policy.rules()[i];
    if (!rule.is_asked() || rule.draft.domain != domain) continue;
    if (rule_name && rule.draft.name != *rule_name) continue;
    ExplainedRule one = explain_rule(policy, rule, evaluation);
    if (one.holds) one.message = decider.message({i, std::nullopt});
    if (one.holds && !one.exception && !allowed) {
      const bool softened = policy.audit() && one.action == model::Decision::Deny;
      explained.decision =
          std::max(explained.decision, softened ? model::Decision::Warn : one.action);
      allowed = one.action == model::Decision::Allow;
    }
    explained.rules.push_back(std::move(one));
  }
  return explained;
}

TestedExamples test_examples(const Policy& policy) {
  TestedExamples tested;
  std::vector<std::optional<Decider>> deciders(kDomainCount);
  for (const Rule& rule : policy.rules()) {
    if (!rule.is_asked()) continue;
    if (rule.draft.examples.empty()) {
      tested.without.push_back(rule.draft.name);
      continue;
    }
    ++tested.rules;
    auto& decider = deciders.at(static_cast<std::size_t>(rule.draft.domain));
    if (!decider) decider.emplace(policy, rule.draft.domain);
    for (const Example& example : rule.draft.examples) {
      ++tested.examples;
      const JsonSource source(field_table(rule.draft.domain), example.input);
      const auto fail = [&](std::string message) {
        tested.failed.push_back(
            {rule.draft.name, told(Level::Error, example.origin, std::move(message))});
      };
      for (const std::string& member : source.unknown_members())
        fail("the example of '" + base::printable(rule.draft.name) + "' names '" +
             base::printable(member) + "', which is no field");
      decider->evaluation().begin(source);
      if (decider->evaluation().holds(*rule.condition) == example.must_match) continue;
      fail("the rule '" + base::printable(rule.draft.name) + "' " +
           (example.must_match ? "does not match this example" : "matches this example"));
    }
  }
  return tested;
}

std::vector<Diagnostic> lint(const Policy& policy) {
  std::vector<Diagnostic> found;
  for (const Rule& rule : policy.rules()) {
    if (!rule.is_asked()) continue;
    const RuleDraft& draft = rule.draft;
    const std::string name = "rule '" + base::printable(draft.name) + "'";
    const auto add = [&](Level level, const std::string& message) {
      found.push_back(told(level, draft.origin, name + " " + message));
    };
    if (rule.node.kind == Node::Kind::Never) add(Level::Warning, "can never hold");
    if (rule.node.kind == Node::Kind::Always && draft.action != model::Decision::Deny)
      add(Level::Warning, "always holds");
    if (draft.message.empty()) add(Level::Warning, "has no message");
    if (draft.explanation.empty()) add(Level::Note, "has no explanation");
    if (draft.examples.empty() && !draft.is_falco) add(Level::Note, "has no examples");
  }
  return found;
}

} // namespace portique::policy
