#pragma once

// From a parsed condition to typed terms: fields are looked up, values are read as their field's
// type wants them, macros and lists are put in, and what is constant is folded.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "portique/base/limits.h"
#include "portique/policy/field_table.h"
#include "portique/policy/program.h"
#include "portique/policy/syntax.h"

namespace portique::policy {

struct Macro {
  std::string name;
  std::string text;
  Expr expr;
  mutable bool used = false;
};

struct NamedList {
  std::vector<std::string> items; ///< names of other lists are resolved already
  mutable bool used = false;
};

/// What the names in conditions stand for. Addresses stay: nodes borrow the texts of macros.
struct Definitions {
  std::unordered_map<std::string, Macro> macros;
  std::unordered_map<std::string, NamedList> lists;
};

/// What a value is read as.
struct OperandType {
  std::uint32_t operand = 0;
  Type type = Type::Text;
  Many many = Many::One;
  std::string name; ///< as written, for complaints
};

class Compiler {
public:
  /// All must outlive this, and the definitions what it returns.
  Compiler(Program& program, const Definitions& definitions, const base::Limits& limits);

  /// `text` is what `expr` was parsed from; it must outlive the node.
  Checked<Node> compile(const Expr& expr, const std::string& text);

  /// Whether conditions since the last reset asked for fields of these kinds.
  [[nodiscard]] bool uses_findings() const { return uses_findings_; }

  [[nodiscard]] bool uses_parts() const { return uses_parts_; }

  void forget_uses() { uses_findings_ = uses_parts_ = false; }

  /// Checks a field that stands outside of a condition: in a message, in an exception.
  Checked<OperandType> field(const std::string& written);

private:
  Checked<Node> node_of(const Expr& expr, std::size_t depth);
  Checked<Node> chain_of(const Expr& expr, std::size_t depth);
  Checked<Node> macro_of(const Expr& expr, std::size_t depth);
  Checked<Node> test_of(const Expr& expr);
  Checked<Node> modified_test_of(const Expr& expr, const OperandType& left);
  Checked<Node> right_operand_test_of(const Expr& expr, const OperandType& left);
  Checked<Node> value_test_of(const Expr& expr, const OperandType& left, const Literal& value);
  Checked<Node> text_test_of(const Expr& expr, const OperandType& left, const Literal& value);
  Checked<Node> pattern_test_of(const Expr& expr, const OperandType& left, const Literal& value);
  Checked<Node> regex_test_of(const OperandType& left, const Literal& value);
  Checked<Node> list_test_of(const Expr& expr, const OperandType& left);
  Checked<Node>
  text_list_of(const Expr& expr, const OperandType& left, const std::vector<Literal>&);
  Checked<Node> path_list_of(const OperandType& left, const std::vector<Literal>& values);

  Checked<OperandType> operand_of(const OperandExpr& expr);
  Checked<OperandType> transform_of(const OperandExpr& expr);
  Checked<OperandType> field_of(const OperandExpr& expr);
  Checked<void> read_argument(const Field& field, const OperandExpr& expr, FieldUse& use) const;
  std::unexpected<Complaint> unknown_field(const OperandExpr& expr) const;

  /// The values with named lists put in.
  Checked<std::vector<Literal>> values_of(const Expr& expr) const;

  Checked<Node> add(const OperandType& left, const std::string& key, Term term);

  Program* program_;
  const Definitions* definitions_;
  const base::Limits* limits_;
  const FieldTable* table_;
  const std::string* text_ = nullptr;
  std::vector<const std::string*> open_macros_;
  std::size_t terms_ = 0;
  bool uses_findings_ = false;
  bool uses_parts_ = false;
};

/// A literal read as a number of a type: integers (hexadecimal too), severities, durations, sizes,
/// booleans as 0 and 1.
Checked<std::int64_t> integer_literal(Type type, const Literal& literal);
Checked<double> decimal_literal(const Literal& literal);

} // namespace portique::policy
