#pragma once

// A condition as it was written: the tree that the parser makes. Nothing in it was checked against
// a field table yet.

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"

namespace portique::policy {

/// Bytes of the condition's text.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  friend bool operator==(const Span&, const Span&) = default;
};

/// Why a condition is refused, and where in its text.
struct Complaint {
  std::string message;
  Span span;
  bool unknown_name = false; ///< a field, argument or transformer that we do not offer
  std::string macro;         ///< in whose text the span lies; "" for the condition itself
};

template <typename T> using Checked = std::expected<T, Complaint>;

[[nodiscard]] inline std::unexpected<Complaint> refuse(std::string message, Span span) {
  return std::unexpected(Complaint{std::move(message), span, false, {}});
}

enum class Op : std::uint8_t {
  Exists,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Contains,
  IContains,
  BContains,
  StartsWith,
  BStartsWith,
  EndsWith,
  Glob,
  IGlob,
  Regex,
  PMatch,
  In,
  Intersects,
};

/// As it is written; "=" for Equal.
std::string_view op_name(Op op);

/// `startswith oneof (a, b)`: how many of the values have to fit.
enum class Modifier : std::uint8_t {
  None,
  OneOf, ///< exactly one
  AnyOf,
  AllOf,
};

std::string_view modifier_name(Modifier modifier);

struct Literal {
  std::string text; ///< escapes resolved
  bool quoted = false;
  Span span;
};

/// [argument] or, behind a field with a JSON path, .member.
struct PathPart {
  std::string text;
  bool bracket = false;
  Span span;
};

struct OperandExpr {
  enum class Kind : std::uint8_t { Field, Transform, Literal, List };

  Kind kind = Kind::Field;
  std::string name;            ///< of the field or transformer; a literal's text
  std::vector<PathPart> parts; ///< of a field: its argument, and what follows it
  std::vector<OperandExpr> children;
  bool quoted = false;
  Span span;
};

struct Expr {
  enum class Kind : std::uint8_t { And, Or, Not, Name, Test };

  Kind kind = Kind::Test;
  std::vector<Expr> children; ///< two or more of And and Or, one of Not
  std::string name;           ///< of a macro

  // Of a Test.
  OperandExpr left;
  Op op = Op::Exists;
  Modifier modifier = Modifier::None;
  Span op_span;
  std::vector<Literal> values;
  bool is_list = false;             ///< the values stood in parentheses, or are a list's name
  bool is_list_name = false;        ///< the one value stood without parentheses
  std::optional<OperandExpr> right; ///< val(field) or a transformer instead of values

  Span span;
};

/// Parses one condition. Takes memory and stack in proportion to the text, within limits.
Checked<Expr> parse_condition(std::string_view text, const base::Limits& limits);

/// Whether the text is a name that a macro or list may have: a letter, then letters, digits and _.
bool is_identifier(std::string_view text);

/// The operators that an exception's `comps` may name, with modifier: "=", "startswith anyof".
struct NamedOp {
  Op op = Op::Equal;
  Modifier modifier = Modifier::None;
};

std::optional<NamedOp> parse_op(std::string_view text);

/// Whether what follows is a list: in, intersects, pmatch, or any operator with a modifier.
bool takes_list(const NamedOp& op);

} // namespace portique::policy
