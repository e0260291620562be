// Fields and transformers of a condition: names, arguments, types.
#include <algorithm>

#include "portique/base/nearest.h"
#include "portique/base/text.h"
#include "portique/policy/compiler.h"

namespace portique::policy {

namespace {

constexpr char kKeySeparator = '\x1f';

bool takes_dotted_argument(const Field& field) {
  return field.argument == Argument::Key || field.argument == Argument::OptionalKey;
}

std::string shown(std::string_view name) {
  constexpr std::size_t kLongest = 80;
  return "'" + base::printable(name.substr(0, kLongest)) + "'";
}

std::string operand_key(const FieldUse& use) {
  std::string key = "F" + std::to_string(use.field);
  if (use.has_argument) key += kKeySeparator + ("[" + use.argument);
  for (const std::string& part : use.path)
    key += kKeySeparator + part;
  return key;
}

} // namespace

std::unexpected<Complaint> Compiler::unknown_field(const OperandExpr& expr) const {
  std::string message = "unknown field " + shown(expr.name);
  const std::string near = nearest_field(*table_, expr.name);
  if (const auto other = other_domain_of(table_->domain, expr.name))
    message += ": rules on " + std::string(domain_name(table_->domain)) +
               " do not have it, rules on " + std::string(domain_name(*other)) + " do";
  else if (!near.empty())
    message += "; did you mean " + near + "?";
  auto refused = refuse(std::move(message), expr.span);
  refused.error().unknown_name = true;
  return refused;
}

Checked<void>
Compiler::read_argument(const Field& field, const OperandExpr& expr, FieldUse& use) const {
  const std::string name(field.name);
  if (field.argument == Argument::JsonPath) {
    for (const PathPart& part : expr.parts)
      use.path.push_back(part.text);
    return {};
  }
  if (expr.parts.size() > 1 ||
      (expr.parts.size() == 1 && !expr.parts.front().bracket && !takes_dotted_argument(field)))
    return refuse("nothing may follow the argument of " + name, expr.parts.back().span);
  if (!expr.parts.empty()) {
    if (field.argument == Argument::None)
      return refuse(name + " takes no argument", expr.parts.front().span);
    use.has_argument = true;
    use.argument = expr.parts.front().text;
  }
  const bool required = field.argument == Argument::Key || field.argument == Argument::Index;
  if (required && !use.has_argument)
    return refuse(name + " needs an argument in brackets", expr.span);
  if (!use.has_argument) return {};
  const auto number = base::parse_int<std::int32_t>(use.argument);
  if (number && *number >= 0) use.index = *number;
  if (use.index < 0 &&
      (field.argument == Argument::Index || field.argument == Argument::OptionalIndex))
    return refuse("the argument of " + name + " is a number from 0",
                  expr.parts.empty() ? expr.span : expr.parts.front().span);
  return {};
}

Checked<OperandType> Compiler::field_of(const OperandExpr& expr) {
  FieldUse use;
  auto found = find_field(*table_, expr.name);
  if (found) {
    PQ_TRY(read_argument(table_->fields[*found], expr, use));
  } else {
    // field.argument and field.json.path: the longest name that is a field.
    std::size_t dot = expr.name.rfind('.');
    while (dot != std::string::npos && !(found = find_field(*table_, expr.name.substr(0, dot))))
      dot = dot == 0 ? std::string::npos : expr.name.rfind('.', dot - 1);
    if (!found) return unknown_field(expr);
    const Field& field = table_->fields[*found];
    const std::string_view rest = std::string_view(expr.name).substr(dot + 1);
    if (field.argument == Argument::JsonPath) {
      for (const std::string_view part : base::split(rest, '.'))
        use.path.emplace_back(part);
      for (const PathPart& part : expr.parts)
        use.path.push_back(part.text);
    } else if (takes_dotted_argument(field) && expr.parts.empty()) {
      use.has_argument = true;
      use.argument = rest;
      if (const auto number = base::parse_int<std::int32_t>(rest); number && *number >= 0)
        use.index = *number;
    } else {
      return unknown_field(expr);
    }
  }
  const Field& field = table_->fields[*found];
  use.field = *found;
  uses_findings_ = uses_findings_ || scope_of(field) == Scope::Finding;
  uses_parts_ = uses_parts_ || scope_of(field) == Scope::Part;
  Operand operand;
  operand.type = field.type;
  const bool picks_one = use.has_argument && (field.argument == Argument::OptionalIndex ||
                                              field.argument == Argument::OptionalKey ||
                                              field.argument == Argument::Index);
  operand.many = picks_one ? Many::One : field.many;
  operand.use = use;
  OperandType type{0, operand.type, operand.many, expr.name};
  type.operand = program_->add_operand(operand_key(use), std::move(operand));
  return type;
}

Checked<OperandType> Compiler::transform_of(const OperandExpr& expr) {
  const Transformer transformer = *find_transformer(expr.name);
  const std::size_t wanted = transformer == Transformer::Join ? 2 : 1;
  if (transformer != Transformer::Concat && expr.children.size() != wanted)
    return refuse(expr.name + "() takes " + (wanted == 1 ? "one argument" : "two arguments"),
                  expr.span);
  Operand operand;
  operand.kind = Operand::Kind::Transform;
  operand.transformer = transformer;
  std::string key = "T" + expr.name;
  std::string name = expr.name + "(";
  OperandType inner;
  for (const OperandExpr& child : expr.children) {
    inner = PQ_TRY(operand_of(child));
    operand.children.push_back(inner.operand);
    key += kKeySeparator + std::to_string(inner.operand);
    name += (name.back() == '(' ? "" : ", ") + inner.name;
    const bool text = inner.type == Type::Text || inner.type == Type::Path ||
                      inner.type == Type::Bytes || inner.type == Type::Any;
    const bool any_type = transformer == Transformer::Value || transformer == Transformer::Concat ||
                          transformer == Transformer::Join ||
                          (transformer == Transformer::Length && inner.many != Many::One);
    if (!text && !any_type)
      return refuse(expr.name + "() takes a text; " + inner.name + " is of type " +
                        std::string(type_name(inner.type)),
                    child.span);
  }
  operand.type = transformer == Transformer::Length  ? Type::Integer
                 : transformer == Transformer::Value ? inner.type
                                                     : Type::Text;
  const bool joins = transformer == Transformer::Length || transformer == Transformer::Concat ||
                     transformer == Transformer::Join;
  operand.many = joins ? Many::One : inner.many;
  OperandType type{
      0, operand.type, operand.many, transformer == Transformer::Value ? inner.name : name + ")"};
  // val(field) is the field.
  type.operand = transformer == Transformer::Value ? inner.operand
                                                   : program_->add_operand(key, std::move(operand));
  return type;
}

Checked<OperandType> Compiler::operand_of(const OperandExpr& expr) {
  switch (expr.kind) {
  case OperandExpr::Kind::Field:
    return field_of(expr);
  case OperandExpr::Kind::Transform:
    return transform_of(expr);
  case OperandExpr::Kind::Literal: {
    Operand operand;
    operand.kind = Operand::Kind::Literal;
    operand.literal = expr.name;
    OperandType type{0, Type::Text, Many::One, expr.name};
    type.operand = program_->add_operand("L" + expr.name, std::move(operand));
    return type;
  }
  case OperandExpr::Kind::List:
    break;
  }
  Operand operand;
  operand.kind = Operand::Kind::List;
  operand.many = Many::List;
  std::string key = "S";
  for (const OperandExpr& child : expr.children) {
    operand.children.push_back(PQ_TRY(operand_of(child)).operand);
    key += kKeySeparator + std::to_string(operand.children.back());
  }
  OperandType type{0, Type::Text, Many::List, "a list"};
  type.operand = program_->add_operand(key, std::move(operand));
  return type;
}

Checked<OperandType> Compiler::field(const std::string& written) {
  // A field is a condition without an operator; `exists` makes it one.
  const Expr expr = PQ_TRY(parse_condition(written + " exists", *limits_));
  if (expr.kind != Expr::Kind::Test || expr.op != Op::Exists)
    return refuse(shown(written) + " is no field", {});
  return operand_of(expr.left);
}

} // namespace portique::policy
