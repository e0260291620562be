// The condition language of Falco and sysdig
// (https://falco.org/docs/concepts/rules/conditions/), read by descent:
//   or    ::= and ("or" and)*            and  ::= not ("and" not)*
//   not   ::= "not" not | primary        primary ::= "(" or ")" | macro | operand test
//   test  ::= "exists" | op value | op modifier list | op operand
// Whether a word is a name, a number or a text depends on where it stands, so there are no tokens:
// each place reads what fits there. Depth is bounded; long chains of and/or do not nest.
#include <algorithm>
#include <array>

#include "portique/base/nearest.h"
#include "portique/base/text.h"
#include "portique/policy/syntax.h"
#include "portique/policy/transformers.h"

namespace portique::policy {

namespace {

struct OpWord {
  std::string_view word;
  Op op;
};

/// Longer symbols before those that they begin with.
constexpr std::array kOps{
    OpWord{"==", Op::Equal},
    OpWord{"=", Op::Equal},
    OpWord{"!=", Op::NotEqual},
    OpWord{"<=", Op::LessEqual},
    OpWord{"<", Op::Less},
    OpWord{">=", Op::GreaterEqual},
    OpWord{">", Op::Greater},
    OpWord{"exists", Op::Exists},
    OpWord{"contains", Op::Contains},
    OpWord{"icontains", Op::IContains},
    OpWord{"bcontains", Op::BContains},
    OpWord{"startswith", Op::StartsWith},
    OpWord{"bstartswith", Op::BStartsWith},
    OpWord{"endswith", Op::EndsWith},
    OpWord{"glob", Op::Glob},
    OpWord{"iglob", Op::IGlob},
    OpWord{"regex", Op::Regex},
    OpWord{"pmatch", Op::PMatch},
    OpWord{"in", Op::In},
    OpWord{"intersects", Op::Intersects},
};

constexpr std::array<std::string_view, 4> kModifiers{"", "oneof", "anyof", "allof"};

bool is_blank(char c) {
  return base::is_space(c) || c == '\b';
}

bool is_name_start(char c) {
  return base::is_alpha(c);
}

bool is_name(char c) {
  return base::is_alnum(c) || c == '_';
}

bool ends_bare(char c) {
  return is_blank(c) || c == '(' || c == ')' || c == ',' || c == '=' || c == '"' || c == '\'';
}

bool is_symbol(char c) {
  return c == '=' || c == '!' || c == '<' || c == '>';
}

class Parser {
public:
  Parser(std::string_view text, const base::Limits& limits) : text_(text), limits_(&limits) {}

  Checked<Expr> parse() {
    Expr expr = PQ_TRY(parse_or(0));
    skip_blanks();
    if (!at_end()) return refuse(leftover_message(), here());
    return expr;
  }

private:
  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }

  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void skip_blanks() {
    while (!at_end() && is_blank(text_[at_]))
      ++at_;
  }

  [[nodiscard]] Span span_from(std::size_t begin) const {
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_)};
  }

  /// The word or character at the cursor, for complaints.
  [[nodiscard]] Span here() const {
    std::size_t end = at_;
    while (end < text_.size() && !ends_bare(text_[end]) && !is_symbol(text_[end]))
      ++end;
    if (end == at_ && end < text_.size()) ++end;
    return {static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(end)};
  }

  [[nodiscard]] std::string shown(Span span) const {
    constexpr std::size_t kLongest = 60;
    if (span.begin >= text_.size()) return "the end of the condition";
    const std::string_view word = text_.substr(span.begin, span.end - span.begin);
    return "'" + base::printable(word.substr(0, kLongest)) + "'";
  }

  [[nodiscard]] std::string_view word_here() const {
    std::size_t end = at_;
    while (end < text_.size() && is_name(text_[end]))
      ++end;
    return text_.substr(at_, end - at_);
  }

  /// A keyword, if the whole word at the cursor is it.
  bool take_word(std::string_view word) {
    skip_blanks();
    if (word_here() != word) return false;
    at_ += word.size();
    return true;
  }

  bool take_char(char c) {
    skip_blanks();
    if (peek() != c || at_end()) return false;
    ++at_;
    return true;
  }

  std::string leftover_message() {
    const Span place = here();
    if (peek() == ')') return "a ')' that nothing opens";
    const std::string near =
        base::nearest(shown_word(place), std::vector<std::string>{"and", "or"});
    std::string message = "expected 'and', 'or' or the end, not " + shown(place);
    if (!near.empty()) message += "; did you mean " + near + "?";
    return message;
  }

  [[nodiscard]] std::string shown_word(Span span) const {
    return std::string(text_.substr(span.begin, span.end - span.begin));
  }

  Checked<Expr> parse_or(std::size_t depth) {
    return parse_chain(depth, Expr::Kind::Or, "or", &Parser::parse_and);
  }

  Checked<Expr> parse_and(std::size_t depth) {
    return parse_chain(depth, Expr::Kind::And, "and", &Parser::parse_not);
  }

  Checked<Expr> parse_chain(std::size_t depth,
                            Expr::Kind kind,
                            std::string_view word,
                            Checked<Expr> (Parser::*parse_part)(std::size_t)) {
    Expr first = PQ_TRY((this->*parse_part)(depth));
    if (!take_word(word)) return first;
    Expr chain;
    chain.kind = kind;
    chain.span = first.span;
    chain.children.push_back(std::move(first));
    do {
      chain.children.push_back(PQ_TRY((this->*parse_part)(depth)));
    } while (take_word(word));
    chain.span.end = chain.children.back().span.end;
    return chain;
  }

  Checked<Expr> parse_not(std::size_t depth) {
    skip_blanks();
    const std::size_t begin = at_;
    bool negated = false;
    bool any = false;
    while (take_word("not")) {
      negated = !negated;
      any = true;
    }
    Expr inner = PQ_TRY(parse_primary(depth));
    if (!any) return inner;
    if (!negated) return inner;
    Expr outer;
    outer.kind = Expr::Kind::Not;
    outer.span = {static_cast<std::uint32_t>(begin), inner.span.end};
    outer.children.push_back(std::move(inner));
    return outer;
  }

  Checked<Expr> parse_primary(std::size_t depth) {
    skip_blanks();
    const std::size_t begin = at_;
    if (take_char('(')) {
      if (depth >= limits_->policy_depth)
        return refuse("parentheses nest deeper than " + std::to_string(limits_->policy_depth),
                      span_from(begin));
      Expr inner = PQ_TRY(parse_or(depth + 1));
      if (!take_char(')')) {
        skip_blanks();
        return refuse(at_end() ? "the '(' here is not closed"
                               : "expected 'and', 'or' or ')', not " + shown(here()),
                      at_end() ? Span{static_cast<std::uint32_t>(begin),
                                      static_cast<std::uint32_t>(begin + 1)}
                               : here());
      }
      inner.span = span_from(begin);
      return inner;
    }
    if (!is_name_start(peek()))
      return refuse("expected a field, a macro or '(', not " + shown(here()), here());
    return parse_test_or_name(depth);
  }

  Checked<Expr> parse_test_or_name(std::size_t depth) {
    const std::size_t begin = at_;
    const std::string_view word = word_here();
    if (word == "and" || word == "or" || word == "in" || word == "exists")
      return refuse("expected a field, a macro or '(', not " + shown(here()), here());
    const char next = peek(word.size());
    if (next != '.' && next != '(' && next != '[') {
      at_ += word.size();
      Expr name;
      name.kind = Expr::Kind::Name;
      name.name = word;
      name.span = span_from(begin);
      skip_blanks();
      // A test of something that is no field.
      if (is_symbol(peek()) || (!at_end() && parse_op(word_here())))
        return unknown_field(std::string(word), name.span);
      return name;
    }
    Expr test;
    test.left = PQ_TRY(parse_operand(depth));
    PQ_TRY(parse_test(depth, test));
    test.span = span_from(begin);
    return test;
  }

  static Checked<Expr> unknown_field(const std::string& name, Span span) {
    auto refused = refuse("'" + name + "' is no field; fields have a dot in their names", span);
    refused.error().unknown_name = true;
    return refused;
  }

  Checked<OperandExpr> parse_operand(std::size_t depth) {
    skip_blanks();
    const std::size_t begin = at_;
    const std::string_view word = word_here();
    if (word.empty() || !is_name_start(word.front()))
      return refuse("expected a field or a transformer, not " + shown(here()), here());
    if (peek(word.size()) == '(') return parse_transform(depth, std::string(word));
    OperandExpr field;
    at_ += word.size();
    field.name = word;
    while (peek() == '.' && is_name_start(peek(1))) {
      ++at_;
      const std::string_view part = word_here();
      field.name += '.';
      field.name += part;
      at_ += part.size();
    }
    PQ_TRY(parse_path(field));
    field.span = span_from(begin);
    return field;
  }

  /// [argument], .member, .other-member, ["and so on"].
  Checked<void> parse_path(OperandExpr& field) {
    while (peek() == '[' || (peek() == '.' && (is_name(peek(1)) || peek(1) == '-'))) {
      PathPart part;
      const std::size_t begin = at_;
      if (peek() == '.') {
        ++at_;
        std::size_t end = at_;
        while (end < text_.size() && (is_name(text_[end]) || text_[end] == '-'))
          ++end;
        part.text = text_.substr(at_, end - at_);
        at_ = end;
      } else {
        ++at_;
        part = PQ_TRY(parse_bracket());
      }
      part.span = span_from(begin);
      field.parts.push_back(std::move(part));
    }
    return {};
  }

  Checked<PathPart> parse_bracket() {
    PathPart part;
    part.bracket = true;
    if (peek() == '"' || peek() == '\'') {
      part.text = PQ_TRY(parse_quoted()).text;
    } else {
      std::size_t end = at_;
      while (end < text_.size() && !is_blank(text_[end]) && text_[end] != ']' &&
             text_[end] != '[' && text_[end] != '"' && text_[end] != '\'')
        ++end;
      part.text = text_.substr(at_, end - at_);
      at_ = end;
    }
    if (part.text.empty()) return refuse("expected an argument inside the brackets", here());
    if (peek() != ']') return refuse("expected ']', not " + shown(here()), here());
    ++at_;
    return part;
  }

  Checked<OperandExpr> parse_transform(std::size_t depth, std::string name) {
    const std::size_t begin = at_;
    at_ += name.size();
    OperandExpr transform;
    transform.kind = OperandExpr::Kind::Transform;
    if (!find_transformer(name)) {
      auto refused = refuse("there is no transformer '" + base::printable(name) +
                                "'; there are: " + transformer_names(),
                            span_from(begin));
      refused.error().unknown_name = true;
      return refused;
    }
    transform.name = std::move(name);
    ++at_; // '('
    if (depth >= limits_->policy_depth)
      return refuse("transformers nest deeper than " + std::to_string(limits_->policy_depth),
                    span_from(begin));
    do {
      transform.children.push_back(PQ_TRY(parse_transform_argument(depth + 1)));
    } while (take_char(','));
    if (!take_char(')')) {
      skip_blanks();
      return refuse("expected ')' behind the argument of " + transform.name + "()", here());
    }
    transform.span = span_from(begin);
    return transform;
  }

  Checked<OperandExpr> parse_transform_argument(std::size_t depth) {
    skip_blanks();
    const std::size_t begin = at_;
    const char c = peek();
    OperandExpr argument;
    if (c == '"' || c == '\'' || base::is_digit(c) || c == '-' || c == '+') {
      const Literal literal = PQ_TRY(parse_literal());
      argument.kind = OperandExpr::Kind::Literal;
      argument.name = literal.text;
      argument.quoted = literal.quoted;
      argument.span = literal.span;
      return argument;
    }
    if (c != '(') return parse_operand(depth);
    if (depth >= limits_->policy_depth)
      return refuse("lists nest deeper than " + std::to_string(limits_->policy_depth), here());
    ++at_;
    argument.kind = OperandExpr::Kind::List;
    if (!take_char(')')) {
      do {
        argument.children.push_back(PQ_TRY(parse_transform_argument(depth + 1)));
      } while (take_char(','));
      if (!take_char(')')) return refuse("expected ')' behind the list", here());
    }
    argument.span = span_from(begin);
    return argument;
  }

  Checked<Op> parse_operator() {
    skip_blanks();
    if (at_end())
      return refuse("expected an operator behind the field, not the end of the condition", here());
    for (const OpWord& known : kOps) {
      const bool symbol = is_symbol(known.word.front());
      if (symbol ? !text_.substr(at_).starts_with(known.word) : word_here() != known.word) continue;
      at_ += known.word.size();
      return known.op;
    }
    const Span place = here();
    std::vector<std::string> words;
    for (const OpWord& known : kOps)
      if (!is_symbol(known.word.front())) words.emplace_back(known.word);
    const std::string near = base::nearest(shown_word(place), words);
    return refuse("there is no operator " + shown(place) +
                      (near.empty() ? "; there are: = != < <= > >= " + joined(words)
                                    : "; did you mean " + near + "?"),
                  place);
  }

  static std::string joined(const std::vector<std::string>& words) {
    std::string all;
    for (const std::string& word : words)
      all += (all.empty() ? "" : " ") + word;
    return all;
  }

  Checked<void> parse_test(std::size_t depth, Expr& test) {
    skip_blanks();
    const std::size_t begin = at_;
    test.op = PQ_TRY(parse_operator());
    test.op_span = span_from(begin);
    if (test.op == Op::Exists) return {};
    const bool symbol = is_symbol(text_[begin]);
    if (!symbol && !at_end() && !is_blank(peek()) && peek() != '(' && peek() != '"' &&
        peek() != '\'')
      return refuse("expected a blank behind the operator", here());
    test.modifier = take_modifier();
    if (takes_list({test.op, test.modifier})) return parse_list_or_operand(depth, test);
    if (PQ_TRY(parse_right_operand(depth, test))) return {};
    skip_blanks();
    if (peek() == '(')
      return refuse("'" + std::string(op_name(test.op)) + "' takes one value; for several write '" +
                        std::string(op_name(test.op)) + " anyof (...)' or 'in (...)'",
                    here());
    test.values.push_back(PQ_TRY(parse_literal()));
    return {};
  }

  /// oneof, anyof, allof, if a list follows; else it is a value.
  Modifier take_modifier() {
    const std::size_t before = at_;
    for (std::size_t i = 1; i < kModifiers.size(); ++i) {
      if (!take_word(kModifiers[i])) continue;
      skip_blanks();
      const std::string_view next = word_here();
      const bool list = peek() == '(' || (!next.empty() && is_name_start(next.front()) &&
                                          next != "and" && next != "or" && next != "not");
      if (list) return static_cast<Modifier>(i);
      at_ = before;
    }
    return Modifier::None;
  }

  /// val(field) or a transformer on the right side.
  Checked<bool> parse_right_operand(std::size_t depth, Expr& test) {
    skip_blanks();
    const std::string_view word = word_here();
    if (word.empty() || peek(word.size()) != '(' || !find_transformer(word)) return false;
    test.right = PQ_TRY(parse_operand(depth));
    return true;
  }

  Checked<void> parse_list_or_operand(std::size_t depth, Expr& test) {
    if (PQ_TRY(parse_right_operand(depth, test))) return {};
    test.is_list = true;
    skip_blanks();
    const std::size_t begin = at_;
    if (!take_char('(')) {
      const std::string_view word = word_here();
      if (word.empty() || !is_name_start(word.front()))
        return refuse("expected '(' or the name of a list behind '" +
                          std::string(op_name(test.op)) + "', not " + shown(here()),
                      here());
      at_ += word.size();
      test.values.push_back({std::string(word), false, span_from(begin)});
      test.is_list_name = true;
      return {};
    }
    if (take_char(')')) return {};
    do {
      skip_blanks();
      if (peek() == ')' && !test.values.empty()) break; // a comma before the bracket
      test.values.push_back(PQ_TRY(parse_literal()));
    } while (take_char(','));
    if (take_char(')')) return {};
    skip_blanks();
    if (at_end())
      return refuse("the list that begins here is not closed",
                    {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + 1)});
    return refuse("expected ',' or ')' in the list, not " + shown(here()), here());
  }

  Checked<Literal> parse_literal() {
    skip_blanks();
    if (peek() == '"' || peek() == '\'') return parse_quoted();
    const std::size_t begin = at_;
    while (!at_end() && !ends_bare(text_[at_]))
      ++at_;
    if (at_ == begin) return refuse("expected a value, not " + shown(here()), here());
    return Literal{std::string(text_.substr(begin, at_ - begin)), false, span_from(begin)};
  }

  Checked<Literal> parse_quoted() {
    const std::size_t begin = at_;
    const char quote = text_[at_++];
    Literal literal;
    literal.quoted = true;
    while (!at_end() && text_[at_] != quote) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        ++at_;
        append_escaped(text_[at_], literal.text);
      } else {
        literal.text += text_[at_];
      }
      ++at_;
    }
    if (at_end())
      return refuse("the quote that begins here is not closed",
                    {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + 1)});
    ++at_;
    literal.span = span_from(begin);
    return literal;
  }

  /// Falco knows these escapes; an unknown one keeps its backslash, as patterns need it.
  static void append_escaped(char c, std::string& out) {
    switch (c) {
    case 'b':
      out += '\b';
      break;
    case 'f':
      out += '\f';
      break;
    case 'n':
      out += '\n';
      break;
    case 'r':
      out += '\r';
      break;
    case 't':
      out += '\t';
      break;
    case '\\':
    case '/':
    case '"':
    case '\'':
      out += c;
      break;
    default:
      out += '\\';
      out += c;
    }
  }

  std::string_view text_;
  const base::Limits* limits_;
  std::size_t at_ = 0;
};

} // namespace

std::string_view op_name(Op op) {
  const auto found = std::ranges::find(kOps, op, &OpWord::op);
  return op == Op::Equal ? "=" : found->word;
}

std::string_view modifier_name(Modifier modifier) {
  return kModifiers.at(static_cast<std::size_t>(modifier));
}

bool is_identifier(std::string_view text) {
  return !text.empty() && is_name_start(text.front()) && std::ranges::all_of(text, is_name);
}

std::optional<NamedOp> parse_op(std::string_view text) {
  text = base::trim(text);
  NamedOp named;
  const std::size_t blank = text.find(' ');
  if (blank != std::string_view::npos) {
    const auto modifier = std::ranges::find(kModifiers, base::trim(text.substr(blank)));
    if (modifier == kModifiers.end() || modifier == kModifiers.begin()) return std::nullopt;
    named.modifier = static_cast<Modifier>(modifier - kModifiers.begin());
  }
  const auto found = std::ranges::find(kOps, text.substr(0, blank), &OpWord::word);
  if (found == kOps.end()) return std::nullopt;
  named.op = found->op;
  return named;
}

bool takes_list(const NamedOp& op) {
  return op.modifier != Modifier::None || op.op == Op::In || op.op == Op::Intersects ||
         op.op == Op::PMatch;
}

Checked<Expr> parse_condition(std::string_view text, const base::Limits& limits) {
  if (text.size() > limits.policy_condition_bytes)
    return refuse("the condition is longer than " + std::to_string(limits.policy_condition_bytes) +
                      " bytes",
                  {});
  if (base::trim(text).empty()) return refuse("the condition is empty", {});
  return Parser(text, limits).parse();
}

} // namespace portique::policy
