#include "portique/policy/program.h"

#include <algorithm>
#include <map>

#include <re2/re2.h>

#include "portique/policy/pattern_group.h"

namespace portique::policy {

namespace {

/// Fewer patterns than this are faster one by one.
constexpr std::size_t kSmallestGroup = 6;
/// More would take too long to compile as one.
constexpr std::size_t kLargestGroup = 4000;

/// Whether a term can only hold if its field equals one of its values.
bool is_discriminating(const Term& term, std::span<const Operand> operands) {
  if (term.negated) return false;
  const Operand& operand = operands[term.operand];
  if (operand.kind != Operand::Kind::Field || operand.many != Many::One) return false;
  switch (term.test) {
  case Test::TextEqual:
  case Test::TextIn:
    return operand.type == Type::Text || operand.type == Type::Path;
  case Test::IntegerEqual:
  case Test::IntegerIn:
    return operand.type == Type::Integer;
  default:
    return false;
  }
}

/// Terms of one operand of which one must hold.
using Need = std::vector<std::uint32_t>;

class NeedFinder {
public:
  NeedFinder(std::span<const Term> terms, std::span<const Operand> operands)
      : terms_(terms), operands_(operands) {}

  [[nodiscard]] std::vector<Need> find(const Node& node, bool positive) const {
    switch (node.kind) {
    case Node::Kind::Never:
    case Node::Kind::Always:
      return {};
    case Node::Kind::Term:
      if (positive && is_discriminating(terms_[node.term], operands_)) return {{node.term}};
      return {};
    case Node::Kind::Not:
      return find(node.children.front(), !positive);
    case Node::Kind::And:
      return positive ? of_all(node, positive) : of_one(node, positive);
    case Node::Kind::Or:
      return positive ? of_one(node, positive) : of_all(node, positive);
    }
    return {};
  }

private:
  [[nodiscard]] std::vector<Need> of_all(const Node& node, bool positive) const {
    constexpr std::size_t kEnough = 16;
    std::vector<Need> needs;
    for (const Node& child : node.children) {
      for (Need& need : find(child, positive))
        if (needs.size() < kEnough) needs.push_back(std::move(need));
    }
    return needs;
  }

  /// Only an operand that every child needs.
  [[nodiscard]] std::vector<Need> of_one(const Node& node, bool positive) const {
    std::vector<Need> joined = find(node.children.front(), positive);
    for (std::size_t i = 1; i < node.children.size() && !joined.empty(); ++i) {
      const std::vector<Need> others = find(node.children[i], positive);
      std::erase_if(joined, [&](Need& need) {
        const auto operand = terms_[need.front()].operand;
        const auto other = std::ranges::find_if(
            others, [&](const Need& n) { return terms_[n.front()].operand == operand; });
        if (other == others.end()) return true;
        need.insert(need.end(), other->begin(), other->end());
        return false;
      });
    }
    return joined;
  }

  std::span<const Term> terms_;
  std::span<const Operand> operands_;
};

/// Nothing if the term is no pattern that an automaton can decide.
std::optional<GroupPattern> group_pattern(const Term& term) {
  switch (term.test) {
  case Test::TextContains:
    return GroupPattern{escape_regex(term.text)};
  case Test::TextContainsIgnoreCase:
    return GroupPattern{escape_regex(term.text), true};
  case Test::TextStarts:
    return GroupPattern{"\\A" + escape_regex(term.text)};
  case Test::TextEnds:
    return GroupPattern{escape_regex(term.text) + "\\z"};
  case Test::Wildcard:
    return GroupPattern{"\\A" + wildcard_to_regex(term.text) + "\\z"};
  case Test::WildcardIgnoreCase:
    return GroupPattern{"\\A" + wildcard_to_regex(term.text) + "\\z", true};
  default:
    return std::nullopt;
  }
}

} // namespace

Program::Program(Domain domain) : domain_(domain) {}

Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;
Program::~Program() = default;

std::uint32_t Program::add_operand(const std::string& key, Operand operand) {
  const auto [slot, is_new] =
      operand_keys_.try_emplace(key, static_cast<std::uint32_t>(operands_.size()));
  if (is_new) operands_.push_back(std::move(operand));
  return slot->second;
}

std::optional<std::uint32_t> Program::find_term(const std::string& key) const {
  const auto found = term_keys_.find(key);
  if (found == term_keys_.end()) return std::nullopt;
  return found->second;
}

std::uint32_t Program::add_term(const std::string& key, Term term) {
  const auto [slot, is_new] =
      term_keys_.try_emplace(key, static_cast<std::uint32_t>(terms_.size()));
  if (is_new) terms_.push_back(std::move(term));
  return slot->second;
}

std::uint32_t Program::emit(const Node& node, std::uint32_t if_true, std::uint32_t if_false) {
  switch (node.kind) {
  case Node::Kind::Never:
    return if_false;
  case Node::Kind::Always:
    return if_true;
  case Node::Kind::Term:
    code_.push_back({node.term, if_true, if_false});
    return static_cast<std::uint32_t>(code_.size() - 1);
  case Node::Kind::Not:
    return emit(node.children.front(), if_false, if_true);
  case Node::Kind::And:
    for (auto child = node.children.rbegin(); child != node.children.rend(); ++child)
      if_true = emit(*child, if_true, if_false);
    return if_true;
  case Node::Kind::Or:
    for (auto child = node.children.rbegin(); child != node.children.rend(); ++child)
      if_false = emit(*child, if_true, if_false);
    return if_false;
  }
  return if_false;
}

std::uint32_t Program::add_condition(const Node& node, Found found) {
  matchable_.push_back(found == Found::ByMatches);
  entries_.push_back(emit(node, kAccept, kReject));
  needs_.push_back(NeedFinder(terms_, operands_).find(node, true));
  return static_cast<std::uint32_t>(entries_.size() - 1);
}

void Program::finish() {
  make_groups();
  make_index();
  needs_.clear();
}

void Program::make_groups() {
  std::map<std::uint32_t, std::vector<std::uint32_t>> by_operand;
  for (std::size_t i = 0; i < terms_.size(); ++i)
    if (operands_[terms_[i].operand].many == Many::One && group_pattern(terms_[i]))
      by_operand[terms_[i].operand].push_back(static_cast<std::uint32_t>(i));
  for (const auto& [operand, members] : by_operand) {
    if (members.size() < kSmallestGroup || members.size() > kLargestGroup) continue;
    std::vector<GroupPattern> patterns;
    for (const std::uint32_t member : members)
      patterns.push_back(*group_pattern(terms_[member]));
    auto group = PatternGroup::compile(patterns);
    if (group == nullptr) continue;
    for (std::size_t bit = 0; bit < members.size(); ++bit) {
      terms_[members[bit]].group = static_cast<std::int32_t>(groups_.size());
      terms_[members[bit]].bit = static_cast<std::uint32_t>(bit);
    }
    groups_.push_back(std::move(group));
  }
}

void Program::make_index() {
  // Each condition goes where the fewest others are: the rarest value counts.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> popularity;
  for (const auto& needs : needs_)
    for (const Need& need : needs)
      for (const std::uint32_t term : need)
        ++popularity[{terms_[term].operand, term}];
  const auto cost = [&](const Need& need) {
    std::size_t sum = 0;
    for (const std::uint32_t term : need)
      sum += popularity[{terms_[term].operand, term}];
    return sum;
  };
  std::map<std::uint32_t, std::size_t> index_of;
  for (std::size_t condition = 0; condition < entries_.size(); ++condition) {
    const auto number = static_cast<std::uint32_t>(condition);
    if (entries_[condition] == kReject || !matchable_[condition]) continue;
    const auto& needs = needs_[condition];
    if (needs.empty()) {
      always_.push_back(number);
      continue;
    }
    const Need& best = *std::ranges::min_element(needs, {}, cost);
    const std::uint32_t operand = terms_[best.front()].operand;
    const auto [slot, is_new] = index_of.try_emplace(operand, indexes_.size());
    if (is_new) {
      indexes_.emplace_back();
      indexes_.back().operand = operand;
      indexes_.back().is_integer = operands_[operand].type == Type::Integer;
    }
    Index& index = indexes_[slot->second];
    const auto put = [number](std::vector<std::uint32_t>& list) {
      if (list.empty() || list.back() != number) list.push_back(number);
    };
    for (const std::uint32_t term_number : best) {
      const Term& term = terms_[term_number];
      if (term.test == Test::TextEqual) put(index.texts[term.text]);
      if (term.test == Test::IntegerEqual) put(index.integers[term.integer]);
      for (const std::int64_t value : term.integers)
        put(index.integers[value]);
      if (term.texts != nullptr)
        term.texts->for_each([&](const std::string& text) { put(index.texts[text]); });
    }
  }
}

} // namespace portique::policy
