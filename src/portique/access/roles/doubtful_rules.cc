#include "portique/access/roles/doubtful_rules.h"

#include <algorithm>
#include <utility>

namespace portique::access {

namespace {

using policy::Node;

enum class Truth : std::uint8_t { False, Unknown, True };

/// Nodes are as deep as a condition's text is nested, operands as its transformers are: both are
/// bounded when it is compiled.
class Doubt {
public:
  Doubt(const policy::Program& program, policy::Evaluation& evaluation, const RecordGaps& gaps)
      : program_(&program), evaluation_(&evaluation), gaps_(&gaps) {}

  Truth truth(const Node& node) {
    switch (node.kind) {
    case Node::Kind::Never:
      return Truth::False;
    case Node::Kind::Always:
      return Truth::True;
    case Node::Kind::Not: {
      const Truth inner = truth(node.children.front());
      if (inner == Truth::Unknown) return inner;
      return inner == Truth::True ? Truth::False : Truth::True;
    }
    case Node::Kind::And:
    case Node::Kind::Or: {
      // The least of the parts, or the greatest.
      const bool all = node.kind == Node::Kind::And;
      Truth whole = all ? Truth::True : Truth::False;
      for (const Node& child : node.children)
        whole = all ? std::min(whole, truth(child)) : std::max(whole, truth(child));
      return whole;
    }
    case Node::Kind::Term:
      break;
    }
    if (!is_known(node.term)) return Truth::Unknown;
    return evaluation_->term_holds(node.term) ? Truth::True : Truth::False;
  }

  /// What was missed since the last time.
  std::vector<std::string> take_needs() { return std::exchange(needs_, {}); }

private:
  bool is_known(std::uint32_t number) {
    const policy::Term& term = program_->terms()[number];
    if (term.test == policy::Test::ExactlyOne) {
      bool known = true;
      for (const std::uint32_t other : term.terms)
        known = is_known(other) && known;
      return known;
    }
    const bool compares =
        term.test == policy::Test::OperandEqual || term.test == policy::Test::OperandOrder ||
        term.test == policy::Test::OperandText || term.test == policy::Test::OperandIn;
    const bool known = is_known_operand(term.operand);
    return (!compares || is_known_operand(term.other)) && known;
  }

  bool is_known_operand(std::uint32_t number) {
    const policy::Operand& operand = program_->operands()[number];
    if (operand.kind == policy::Operand::Kind::Field) {
      std::string gap = gaps_->gap(operand.use);
      if (gap.empty()) return true;
      if (std::ranges::find(needs_, gap) == needs_.end()) needs_.push_back(std::move(gap));
      return false;
    }
    bool known = true;
    for (const std::uint32_t child : operand.children)
      known = is_known_operand(child) && known;
    return known;
  }

  const policy::Program* program_;
  policy::Evaluation* evaluation_;
  const RecordGaps* gaps_;
  std::vector<std::string> needs_;
};

/// Whether one of its exceptions covers the rule.
Truth excepted(const policy::Rule& rule, Doubt& doubt) {
  Truth found = Truth::False;
  for (const policy::CompiledException& exception : rule.exceptions)
    if (!exception.expired)
      found = std::max(found, exception.condition ? doubt.truth(exception.node) : Truth::True);
  return found;
}

} // namespace

std::vector<DoubtfulRule> doubtful_rules(const policy::Policy& policy,
                                         policy::Evaluation& evaluation,
                                         const RecordGaps& gaps) {
  std::vector<DoubtfulRule> found;
  Doubt doubt(policy.program(policy::Domain::Request), evaluation, gaps);
  for (std::size_t i = 0; i < policy.rules().size(); ++i) {
    const policy::Rule& rule = policy.rules()[i];
    if (!rule.is_asked() || rule.draft.domain != policy::Domain::Request) continue;
    const Truth holds = doubt.truth(rule.node);
    const Truth waived = excepted(rule, doubt);
    std::vector<std::string> needs = doubt.take_needs();
    if (holds != Truth::False && waived != Truth::True &&
        (holds == Truth::Unknown || waived == Truth::Unknown))
      found.push_back({i, std::move(needs)});
  }
  return found;
}

} // namespace portique::access
