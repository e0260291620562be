#include "portique/policy/compiler.h"

#include <algorithm>
#include <memory>

#include <re2/re2.h>

#include "portique/base/nearest.h"
#include "portique/base/text.h"

namespace portique::policy {

namespace {

constexpr char kKeySeparator = '\x1f';

Node constant(bool always) {
  Node node;
  node.kind = always ? Node::Kind::Always : Node::Kind::Never;
  return node;
}

Node negated(Node inner) {
  if (inner.kind == Node::Kind::Never || inner.kind == Node::Kind::Always) {
    inner.kind = inner.kind == Node::Kind::Never ? Node::Kind::Always : Node::Kind::Never;
    return inner;
  }
  Node node;
  node.kind = Node::Kind::Not;
  node.children.push_back(std::move(inner));
  return node;
}

/// Whether two children decide the same, or the opposite.
enum class Relation : std::uint8_t { None, Same, Opposite };

Relation relation(const Node& a, const Node& b) {
  const Node* x = &a;
  const Node* y = &b;
  bool opposite = false;
  for (const Node** side : {&x, &y})
    while ((*side)->kind == Node::Kind::Not) {
      opposite = !opposite;
      *side = &(*side)->children.front();
    }
  if (x->kind != Node::Kind::Term || y->kind != Node::Kind::Term || x->term != y->term)
    return Relation::None;
  return opposite ? Relation::Opposite : Relation::Same;
}

/// Puts a child into an And or Or. Returns whether the whole is constant by now.
bool add_child(Node& chain, Node child) {
  const bool is_and = chain.kind == Node::Kind::And;
  const auto decides = is_and ? Node::Kind::Never : Node::Kind::Always;
  const auto neutral = is_and ? Node::Kind::Always : Node::Kind::Never;
  if (child.kind == neutral) return false;
  if (child.kind == decides) return true;
  constexpr std::size_t kCompared = 64; // quadratic: only short chains are looked through
  if (chain.children.size() < kCompared)
    for (const Node& other : chain.children) {
      const Relation found = relation(other, child);
      if (found == Relation::Same) return false;
      if (found == Relation::Opposite) return true;
    }
  chain.children.push_back(std::move(child));
  return false;
}

bool is_text(Type type) {
  return type == Type::Text || type == Type::Path || type == Type::Bytes || type == Type::Any;
}

bool is_order(Op op) {
  return op == Op::Less || op == Op::LessEqual || op == Op::Greater || op == Op::GreaterEqual;
}

bool is_equality(Op op) {
  return op == Op::Equal || op == Op::NotEqual || op == Op::In || op == Op::Intersects;
}

/// Whether a field of the type can be asked this.
bool fits_type(Op op, Type type) {
  if (op == Op::Exists || is_equality(op)) return true;
  if (is_order(op))
    return type == Type::Integer || type == Type::Decimal || type == Type::Severity ||
           type == Type::Duration || type == Type::Size || type == Type::Any;
  return is_text(type);
}

Checked<void> check_operator(Op op, Span span, const OperandType& left) {
  if (fits_type(op, left.type)) return {};
  const std::string what(type_name(left.type));
  return refuse("'" + std::string(op_name(op)) + "' does not fit " + left.name +
                    ", which is of type " + what +
                    (is_order(op) ? "; it compares numbers, severities, durations and sizes"
                                  : "; it is for texts"),
                span);
}

} // namespace

Compiler::Compiler(Program& program, const Definitions& definitions, const base::Limits& limits)
    : program_(&program), definitions_(&definitions), limits_(&limits),
      table_(&field_table(program.domain())) {}

Checked<Node> Compiler::compile(const Expr& expr, const std::string& text) {
  text_ = &text;
  terms_ = 0;
  open_macros_.clear();
  return node_of(expr, 0);
}

Checked<Node> Compiler::node_of(const Expr& expr, std::size_t depth) {
  // One pair of parentheses takes up to four levels of the tree.
  if (depth > 4 * limits_->policy_depth)
    return refuse("the condition and its macros nest too deep", expr.span);
  Node node;
  switch (expr.kind) {
  case Expr::Kind::And:
  case Expr::Kind::Or:
    node = PQ_TRY(chain_of(expr, depth));
    break;
  case Expr::Kind::Not:
    node = negated(PQ_TRY(node_of(expr.children.front(), depth + 1)));
    break;
  case Expr::Kind::Name:
    return macro_of(expr, depth);
  case Expr::Kind::Test:
    node = PQ_TRY(test_of(expr));
    break;
  }
  if (node.macro == nullptr) {
    node.text = text_;
    node.span = expr.span;
  }
  return node;
}

Checked<Node> Compiler::chain_of(const Expr& expr, std::size_t depth) {
  Node chain;
  chain.kind = expr.kind == Expr::Kind::And ? Node::Kind::And : Node::Kind::Or;
  bool decided = false;
  for (const Expr& part : expr.children) {
    Node child = PQ_TRY(node_of(part, depth + 1)); // errors behind a constant are errors, too
    if (!decided) decided = add_child(chain, std::move(child));
  }
  if (decided) return constant(chain.kind == Node::Kind::Or);
  if (chain.children.empty()) return constant(chain.kind == Node::Kind::And);
  if (chain.children.size() > 1) return chain;
  Node only = std::move(chain.children.front());
  return only;
}

Checked<Node> Compiler::macro_of(const Expr& expr, std::size_t depth) {
  const auto found = definitions_->macros.find(expr.name);
  if (found == definitions_->macros.end()) {
    if (expr.name == "true" || expr.name == "false") return constant(expr.name == "true");
    std::vector<std::string> names;
    for (const auto& [name, macro] : definitions_->macros)
      names.push_back(name);
    std::ranges::sort(names);
    const std::string near = base::nearest(expr.name, names);
    const std::string field = nearest_field(*table_, expr.name);
    return refuse("there is no macro '" + base::printable(expr.name) + "'" +
                      (!near.empty()    ? "; did you mean " + near + "?"
                       : !field.empty() ? "; did you mean the field " + field + "?"
                                        : ""),
                  expr.span);
  }
  const Macro& macro = found->second;
  if (std::ranges::any_of(open_macros_, [&](const auto* name) { return *name == macro.name; }))
    return refuse("the macro '" + macro.name + "' leads back to itself", expr.span);
  macro.used = true;
  const std::string* outer = text_;
  text_ = &macro.text;
  open_macros_.push_back(&macro.name);
  auto node = node_of(macro.expr, depth + 1);
  if (!node) {
    if (node.error().macro.empty()) node.error().macro = macro.name;
    return node;
  }
  open_macros_.pop_back();
  text_ = outer;
  node->macro = &macro.name;
  node->text = text_;
  node->span = expr.span;
  return node;
}

Checked<Node> Compiler::add(const OperandType& left, const std::string& key, Term term) {
  if (++terms_ > limits_->policy_terms)
    return refuse("the condition has more than " + std::to_string(limits_->policy_terms) +
                      " comparisons, macros put in",
                  {});
  term.operand = left.operand;
  std::string full = std::to_string(left.operand) + kKeySeparator +
                     std::to_string(static_cast<int>(term.test)) + kKeySeparator +
                     std::to_string(static_cast<int>(term.op)) + (term.negated ? "!" : "") +
                     (term.wants_all ? "*" : "") + kKeySeparator + key;
  Node node;
  node.kind = Node::Kind::Term;
  if (const auto known = program_->find_term(full)) {
    node.term = *known;
    return node;
  }
  if (program_->terms().size() >= limits_->policy_total_terms)
    return refuse("the policy has more than " + std::to_string(limits_->policy_total_terms) +
                      " different comparisons",
                  {});
  node.term = program_->add_term(full, std::move(term));
  return node;
}

Checked<Node> Compiler::test_of(const Expr& expr) {
  const OperandType left = PQ_TRY(operand_of(expr.left));
  PQ_TRY(check_operator(expr.op, expr.op_span, left));
  if (expr.op == Op::Exists) return add(left, "", Term{.test = Test::Exists});
  if (expr.right) return right_operand_test_of(expr, left);
  if (expr.modifier != Modifier::None) return modified_test_of(expr, left);
  if (expr.is_list) return list_test_of(expr, left);
  return value_test_of(expr, left, expr.values.front());
}

Checked<Node> Compiler::modified_test_of(const Expr& expr, const OperandType& left) {
  const std::vector<Literal> values = PQ_TRY(values_of(expr));
  Expr one = expr;
  one.modifier = Modifier::None;
  one.is_list = takes_list({expr.op, Modifier::None});
  one.is_list_name = false;
  if (expr.modifier == Modifier::AnyOf && expr.op == Op::Equal) {
    one.op = Op::Intersects;
    one.is_list = true;
    return list_test_of(one, left);
  }
  Node chain;
  chain.kind = expr.modifier == Modifier::AllOf ? Node::Kind::And : Node::Kind::Or;
  std::vector<Node> parts;
  for (const Literal& value : values) {
    one.values = {value};
    parts.push_back(
        PQ_TRY(one.is_list ? list_test_of(one, left) : value_test_of(one, left, value)));
  }
  if (parts.empty()) return constant(false);
  if (expr.modifier == Modifier::OneOf) {
    Term term{.test = Test::ExactlyOne};
    std::string key;
    for (const Node& part : parts)
      if (part.kind == Node::Kind::Term) {
        term.terms.push_back(part.term);
        key += std::to_string(part.term) + kKeySeparator;
      }
    return add(left, key, std::move(term));
  }
  for (Node& part : parts) {
    part.text = text_;
    part.span = expr.span;
    if (add_child(chain, std::move(part))) return constant(chain.kind == Node::Kind::Or);
  }
  if (chain.children.size() == 1) {
    Node only = std::move(chain.children.front());
    return only;
  }
  return chain;
}

Checked<Node> Compiler::right_operand_test_of(const Expr& expr, const OperandType& left) {
  const OperandType right = PQ_TRY(operand_of(*expr.right));
  Term term;
  term.other = right.operand;
  term.op = expr.op;
  if (is_order(expr.op)) {
    PQ_TRY(check_operator(expr.op, expr.right->span, right));
    term.test = Test::OperandOrder;
  } else if (expr.op == Op::Equal || expr.op == Op::NotEqual) {
    term.test = Test::OperandEqual;
    term.op = Op::Equal;
    term.negated = expr.op == Op::NotEqual;
  } else if (expr.op == Op::In || expr.op == Op::Intersects) {
    term.test = Test::OperandIn;
    term.wants_all = expr.op == Op::In && left.many == Many::List;
  } else if (expr.op == Op::Contains || expr.op == Op::StartsWith || expr.op == Op::EndsWith ||
             expr.op == Op::BContains || expr.op == Op::BStartsWith) {
    term.test = Test::OperandText;
  } else {
    return refuse("'" + std::string(op_name(expr.op)) +
                      "' takes a value, not a field: its pattern must be known when the policy is "
                      "loaded",
                  expr.right->span);
  }
  const bool alike = left.type == right.type || (is_text(left.type) && is_text(right.type)) ||
                     left.type == Type::Any || right.type == Type::Any ||
                     (!is_text(left.type) && !is_text(right.type) && left.type != Type::Address &&
                      right.type != Type::Address);
  if (!alike)
    return refuse(left.name + " is of type " + std::string(type_name(left.type)) + ", " +
                      right.name + " of type " + std::string(type_name(right.type)),
                  expr.right->span);
  return add(left, std::to_string(right.operand), std::move(term));
}

Checked<Node>
Compiler::value_test_of(const Expr& expr, const OperandType& left, const Literal& value) {
  if (is_text(left.type) && !(is_order(expr.op) && left.type == Type::Any))
    return text_test_of(expr, left, value);
  Term term;
  term.negated = expr.op == Op::NotEqual;
  term.op = term.negated ? Op::Equal : expr.op;
  std::string key;
  switch (left.type) {
  case Type::Decimal:
  case Type::Any:
    term.decimal = PQ_TRY(decimal_literal(value));
    term.test = is_order(expr.op) ? Test::DecimalOrder : Test::DecimalEqual;
    key = std::to_string(term.decimal);
    break;
  case Type::Address: {
    const auto network = parse_network(value.text);
    if (!network)
      return refuse("'" + base::printable(value.text.substr(0, 60)) +
                        "' is no address and no network",
                    value.span);
    term.networks = {*network};
    term.test = Test::AddressIn;
    key = value.text;
    break;
  }
  default:
    term.integer = PQ_TRY(integer_literal(left.type, value));
    term.test = left.type == Type::Boolean ? Test::BooleanEqual
                : is_order(expr.op)        ? Test::IntegerOrder
                                           : Test::IntegerEqual;
    key = std::to_string(term.integer);
  }
  return add(left, key, std::move(term));
}

Checked<Node>
Compiler::text_test_of(const Expr& expr, const OperandType& left, const Literal& value) {
  Term term;
  term.text = value.text;
  switch (expr.op) {
  case Op::Equal:
  case Op::NotEqual:
    term.test = Test::TextEqual;
    term.negated = expr.op == Op::NotEqual;
    break;
  case Op::Glob:
  case Op::IGlob:
    return pattern_test_of(expr, left, value);
  case Op::Regex:
    return regex_test_of(left, value);
  case Op::BContains:
  case Op::BStartsWith: {
    if (value.text.size() % 2 != 0 || !std::ranges::all_of(value.text, [](char c) {
          return base::is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        }))
      return refuse("'" + std::string(op_name(expr.op)) + "' takes bytes as hexadecimal digits",
                    value.span);
    term.text.clear();
    for (std::size_t i = 0; i < value.text.size(); i += 2)
      term.text +=
          static_cast<char>(*base::parse_int<int>(std::string_view(value.text).substr(i, 2), 16));
    term.test = expr.op == Op::BContains ? Test::TextContains : Test::TextStarts;
    break;
  }
  case Op::Contains:
    term.test = Test::TextContains;
    break;
  case Op::IContains:
    term.test = Test::TextContainsIgnoreCase;
    term.text = base::to_lower(value.text);
    break;
  case Op::StartsWith:
    term.test = Test::TextStarts;
    break;
  default:
    term.test = Test::TextEnds;
  }
  // Every text holds the empty one.
  if (term.text.empty() && term.test != Test::TextEqual)
    return add(left, "", Term{.test = Test::Exists});
  const std::string key = term.text;
  return add(left, key, std::move(term));
}

Checked<Node>
Compiler::pattern_test_of(const Expr& expr, const OperandType& left, const Literal& value) {
  const bool ignore_case = expr.op == Op::IGlob;
  auto extended = extended_glob_to_regex(value.text);
  if (!extended) return refuse(extended.error().message(), value.span);
  Term term;
  if (*extended) {
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_encoding(re2::RE2::Options::EncodingLatin1);
    options.set_dot_nl(true);
    options.set_case_sensitive(!ignore_case);
    term.regex = std::make_shared<re2::RE2>(**extended, options);
    if (!term.regex->ok()) return refuse("the pattern is too long", value.span);
    term.test = Test::Regex;
    return add(left, (ignore_case ? "iglob:" : "glob:") + value.text, std::move(term));
  }
  // Simple patterns are simpler questions.
  std::string_view inner = value.text;
  const bool open_start = inner.starts_with('*');
  const bool open_end = inner.size() > 1 && inner.ends_with('*');
  if (open_start) inner.remove_prefix(1);
  if (open_end) inner.remove_suffix(1);
  if (has_wildcard(inner) || (ignore_case && !(open_start && open_end))) {
    term.test = ignore_case ? Test::WildcardIgnoreCase : Test::Wildcard;
    term.text = value.text;
  } else if (inner.empty() && open_start) {
    return add(left, "", Term{.test = Test::Exists});
  } else {
    term.text = ignore_case ? base::to_lower(inner) : std::string(inner);
    term.test = ignore_case              ? Test::TextContainsIgnoreCase
                : open_start && open_end ? Test::TextContains
                : open_start             ? Test::TextEnds
                : open_end               ? Test::TextStarts
                                         : Test::TextEqual;
  }
  const std::string key = term.text;
  return add(left, key, std::move(term));
}

Checked<Node> Compiler::regex_test_of(const OperandType& left, const Literal& value) {
  if (value.text.size() > limits_->policy_pattern_bytes)
    return refuse("the pattern is longer than " + std::to_string(limits_->policy_pattern_bytes) +
                      " bytes",
                  value.span);
  Term term;
  const bool plain = std::ranges::all_of(
      value.text, [](char c) { return base::is_alnum(c) || c == '_' || c == '-' || c == '/'; });
  if (plain) {
    term.test = Test::TextEqual;
    term.text = value.text;
    return add(left, value.text, std::move(term));
  }
  re2::RE2::Options options(re2::RE2::Quiet);
  term.regex = std::make_shared<re2::RE2>(value.text, options);
  if (!term.regex->ok())
    return refuse("no valid regular expression: " + base::printable(term.regex->error()),
                  value.span);
  term.test = Test::Regex;
  return add(left, "regex:" + value.text, std::move(term));
}

Checked<std::vector<Literal>> Compiler::values_of(const Expr& expr) const {
  std::vector<Literal> values;
  for (const Literal& value : expr.values) {
    const auto found =
        value.quoted ? definitions_->lists.end() : definitions_->lists.find(value.text);
    if (found == definitions_->lists.end()) {
      values.push_back(value);
      continue;
    }
    found->second.used = true;
    for (const std::string& item : found->second.items)
      values.push_back({item, true, value.span});
    if (values.size() > limits_->policy_list_values)
      return refuse("more than " + std::to_string(limits_->policy_list_values) + " values",
                    value.span);
  }
  // `in names` without parentheses can only mean a list.
  if (expr.is_list_name && !definitions_->lists.contains(expr.values.front().text)) {
    const Literal& only = expr.values.front();
    std::vector<std::string> names;
    for (const auto& [name, list] : definitions_->lists)
      names.push_back(name);
    std::ranges::sort(names);
    const std::string near = base::nearest(only.text, names);
    return refuse(
        "there is no list '" + base::printable(only.text) + "'" +
            (near.empty() ? "; values stand in parentheses" : "; did you mean " + near + "?"),
        only.span);
  }
  return values;
}

Checked<Node> Compiler::list_test_of(const Expr& expr, const OperandType& left) {
  const std::vector<Literal> values = PQ_TRY(values_of(expr));
  if (values.empty()) return constant(false);
  if (expr.op == Op::PMatch) return path_list_of(left, values);
  if (is_text(left.type)) return text_list_of(expr, left, values);
  Term term;
  term.op = Op::In;
  term.wants_all = expr.op == Op::In && left.many == Many::List;
  std::string key;
  if (left.type == Type::Address) {
    term.test = Test::AddressIn;
    for (const Literal& value : values) {
      const auto network = parse_network(value.text);
      if (!network)
        return refuse("'" + base::printable(value.text.substr(0, 60)) +
                          "' is no address and no network",
                      value.span);
      term.networks.push_back(*network);
      key += value.text + kKeySeparator;
    }
    return add(left, key, std::move(term));
  }
  if (left.type == Type::Decimal)
    return refuse("'in' does not fit " + left.name +
                      ", a number with decimals; compare with < and >",
                  expr.op_span);
  for (const Literal& value : values)
    term.integers.push_back(PQ_TRY(integer_literal(left.type, value)));
  std::ranges::sort(term.integers);
  const auto repeated = std::ranges::unique(term.integers);
  term.integers.erase(repeated.begin(), repeated.end());
  for (const std::int64_t number : term.integers)
    key += std::to_string(number) + kKeySeparator;
  term.test = Test::IntegerIn;
  return add(left, key, std::move(term));
}

Checked<Node> Compiler::text_list_of(const Expr& expr,
                                     const OperandType& left,
                                     const std::vector<Literal>& values) {
  std::vector<std::string> texts;
  for (const Literal& value : values)
    texts.push_back(value.text);
  std::ranges::sort(texts);
  const auto repeated = std::ranges::unique(texts);
  texts.erase(repeated.begin(), repeated.end());
  Term term;
  term.wants_all = expr.op == Op::In && left.many == Many::List;
  if (texts.size() == 1) {
    term.test = Test::TextEqual;
    term.op = Op::Exists; // the same term as `=`
    term.text = texts.front();
    return add(left, texts.front(), std::move(term));
  }
  term.test = Test::TextIn;
  term.texts = std::make_unique<TextSet>();
  std::string key;
  for (const std::string& text : texts) {
    key += std::to_string(text.size()) + ':' + text;
    term.texts->add(text);
  }
  return add(left, key, std::move(term));
}

Checked<Node> Compiler::path_list_of(const OperandType& left, const std::vector<Literal>& values) {
  Term term;
  term.test = Test::PathBelow;
  term.prefixes = std::make_unique<PathPrefixes>();
  std::string key;
  for (const Literal& value : values) {
    if (const auto added = term.prefixes->add(value.text); !added)
      return refuse(added.error().message(), value.span);
    key += std::to_string(value.text.size()) + ':' + value.text;
  }
  return add(left, key, std::move(term));
}

} // namespace portique::policy
