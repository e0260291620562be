#pragma once

// Conditions as they run: a pool of terms (one comparison each, shared by all conditions that make
// it) and, for each condition, a flat list of jumps over terms. Everything is decided when it is
// compiled; a run allocates nothing once its buffers have grown, asks each field once, and makes
// each comparison once for all conditions together.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "portique/policy/field_table.h"
#include "portique/policy/matchers.h"
#include "portique/policy/syntax.h"
#include "portique/policy/transformers.h"
#include "portique/policy/value.h"

namespace re2 {
class RE2;
}

namespace portique::policy {

/// A field with its argument, as a source is asked for it.
struct FieldUse {
  std::uint16_t field = 0; ///< index into the domain's table
  bool has_argument = false;
  std::int32_t index = -1;       ///< of Argument::Index and OptionalIndex
  std::string argument;          ///< of any argument, as written
  std::vector<std::string> path; ///< of Argument::JsonPath
};

/// Where a run gets its values from: an event, a request, a finding.
class FieldSource {
public:
  FieldSource() = default;
  FieldSource(const FieldSource&) = delete;
  FieldSource& operator=(const FieldSource&) = delete;
  virtual ~FieldSource() = default;

  /// Called at most once a run for each use. The value is borrowed until the run ends.
  [[nodiscard]] virtual Value get(const FieldUse& use) const = 0;
};

/// What one side of a comparison is.
struct Operand {
  enum class Kind : std::uint8_t { Field, Literal, List, Transform };

  Kind kind = Kind::Field;
  Transformer transformer = Transformer::Value;
  Type type = Type::Text;
  Many many = Many::One;
  FieldUse use;
  std::string literal;
  std::vector<std::uint32_t> children;
};

/// How a term decides, once its values are known.
enum class Test : std::uint8_t {
  Exists,
  TextEqual,
  TextIn,
  TextContains,
  TextContainsIgnoreCase,
  TextStarts,
  TextEnds,
  Wildcard,
  WildcardIgnoreCase,
  Regex, ///< the whole text
  PathBelow,
  IntegerEqual,
  IntegerOrder,
  IntegerIn,
  DecimalEqual,
  DecimalOrder,
  BooleanEqual,
  AddressIn,
  OperandEqual, ///< with another operand
  OperandOrder,
  OperandText, ///< contains, startswith, endswith another operand
  OperandIn,   ///< one of the values of another operand
  ExactlyOne,  ///< of other terms
};

struct Term {
  std::uint32_t operand = 0;
  Test test = Test::Exists;
  Op op = Op::Exists;
  bool negated = false;   ///< `!=`: the value is there, and the test fails
  bool wants_all = false; ///< `in` of a list: all of its values
  std::string text;       ///< what a text is compared with
  std::int64_t integer = 0;
  double decimal = 0;
  std::uint32_t other = 0; ///< operand on the right side
  std::unique_ptr<TextSet> texts;
  std::vector<std::int64_t> integers; ///< sorted
  std::vector<Network> networks;
  std::unique_ptr<PathPrefixes> prefixes;
  std::shared_ptr<const re2::RE2> regex; ///< shared with the terms of the same pattern
  std::vector<std::uint32_t> terms;      ///< of ExactlyOne
  std::int32_t group = -1;               ///< pattern group that decides it, and which bit of it
  std::uint32_t bit = 0;
};

/// Decide `term`, then go on at one place or the other.
struct Branch {
  std::uint32_t term = 0;
  std::uint32_t if_true = 0;
  std::uint32_t if_false = 0;
};

inline constexpr std::uint32_t kAccept = 0xFFFFFFFF;
inline constexpr std::uint32_t kReject = 0xFFFFFFFE;

/// Many patterns on one operand as one automaton (Hyperscan).
class PatternGroup;

/// A typed condition, before it is flattened. Kept for explanations.
struct Node {
  enum class Kind : std::uint8_t { Never, Always, Term, Not, And, Or };

  Kind kind = Kind::Never;
  std::uint32_t term = 0;
  std::vector<Node> children;
  const std::string* text = nullptr;  ///< of the condition or macro that it stands in; borrowed
  const std::string* macro = nullptr; ///< name, if the node is all of a macro; borrowed
  Span span;
};

/// Terms, operands and jumps. Built by add_*(), then finish()ed, then never changed.
class Program {
public:
  explicit Program(Domain domain);
  Program(Program&&) noexcept;
  Program& operator=(Program&&) noexcept;
  ~Program();

  [[nodiscard]] Domain domain() const { return domain_; }

  /// The operand or term that is the same, or a new one. `key` tells them apart.
  std::uint32_t add_operand(const std::string& key, Operand operand);
  [[nodiscard]] std::optional<std::uint32_t> find_term(const std::string& key) const;
  std::uint32_t add_term(const std::string& key, Term term);

  enum class Found : std::uint8_t {
    ByMatches, ///< Evaluation::matches() looks for it
    ByNumber,  ///< only Evaluation::holds() asks it
  };

  /// Flattens a condition; its number, from 0.
  std::uint32_t add_condition(const Node& node, Found found = Found::ByMatches);

  /// Joins patterns into automata and indexes the conditions. Nothing may be added afterwards.
  void finish();

  [[nodiscard]] std::span<const Operand> operands() const { return operands_; }

  [[nodiscard]] std::span<const Term> terms() const { return terms_; }

  [[nodiscard]] std::size_t condition_count() const { return entries_.size(); }

  /// How many conditions have to be tried whatever the fields say.
  [[nodiscard]] std::size_t unindexed_count() const { return always_.size(); }

private:
  friend class Evaluation;

  /// Conditions that can only hold if a field equals one of some values.
  struct Index {
    std::uint32_t operand = 0;
    bool is_integer = false;
    std::unordered_map<std::string, std::vector<std::uint32_t>, TextHash, std::equal_to<>> texts;
    std::unordered_map<std::int64_t, std::vector<std::uint32_t>> integers;
  };

  std::uint32_t emit(const Node& node, std::uint32_t if_true, std::uint32_t if_false);
  void make_groups();
  void make_index();

  Domain domain_;
  std::vector<Operand> operands_;
  std::unordered_map<std::string, std::uint32_t> operand_keys_;
  std::vector<Term> terms_;
  std::unordered_map<std::string, std::uint32_t> term_keys_;
  std::vector<Branch> code_;
  std::vector<std::uint32_t> entries_; ///< where each condition begins, or kAccept, kReject
  /// What each condition needs: indexed terms of which one must hold; empty if nothing is known.
  std::vector<std::vector<std::vector<std::uint32_t>>> needs_;
  std::vector<bool> matchable_;
  std::vector<std::unique_ptr<PatternGroup>> groups_;
  std::vector<Index> indexes_;
  std::vector<std::uint32_t> always_;
};

} // namespace portique::policy
