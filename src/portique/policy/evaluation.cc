#include "portique/policy/evaluation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include <re2/re2.h>

#include "portique/base/text.h"
#include "portique/policy/pattern_group.h"

namespace portique::policy {

namespace {

/// Enough for any number.
using NumberText = std::array<char, 32>;

/// The value as it would be written.
std::string_view text_of(const Value& value, NumberText& buffer) {
  const auto number = [&](auto n) {
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), n).ptr;
    return std::string_view(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  };
  switch (value.kind()) {
  case Value::Kind::Text:
    return value.text();
  case Value::Kind::Integer:
    return number(value.integer());
  case Value::Kind::Decimal:
    return number(value.decimal());
  case Value::Kind::Boolean:
    return value.integer() != 0 ? "true" : "false";
  default:
    return {};
  }
}

std::optional<double> decimal_of(const Value& value) {
  switch (value.kind()) {
  case Value::Kind::Integer:
  case Value::Kind::Boolean:
    return static_cast<double>(value.integer());
  case Value::Kind::Decimal:
    return value.decimal();
  case Value::Kind::Text: {
    double number = 0;
    const std::string_view text = value.text();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
  }
  default:
    return std::nullopt;
  }
}

std::optional<std::int64_t> integer_of(const Value& value) {
  constexpr double kLargest = 9e18;
  switch (value.kind()) {
  case Value::Kind::Integer:
  case Value::Kind::Boolean:
    return value.integer();
  case Value::Kind::Decimal:
    if (value.decimal() != std::trunc(value.decimal()) || std::fabs(value.decimal()) > kLargest)
      return std::nullopt;
    return static_cast<std::int64_t>(value.decimal());
  case Value::Kind::Text:
    return base::parse_int<std::int64_t>(value.text());
  default:
    return std::nullopt;
  }
}

template <typename T> bool ordered(Op op, T a, T b) {
  switch (op) {
  case Op::Less:
    return a < b;
  case Op::LessEqual:
    return a <= b;
  case Op::Greater:
    return a > b;
  case Op::GreaterEqual:
    return a >= b;
  default:
    return a == b;
  }
}

bool is_number(const Value& value) {
  return value.kind() == Value::Kind::Integer || value.kind() == Value::Kind::Decimal ||
         value.kind() == Value::Kind::Boolean;
}

bool equal_values(const Value& a, const Value& b) {
  if (a.kind() == Value::Kind::Address && b.kind() == Value::Kind::Address)
    return a.address() == b.address();
  if (is_number(a) && is_number(b)) return decimal_of(a) == decimal_of(b);
  NumberText first;
  NumberText second;
  return text_of(a, first) == text_of(b, second);
}

bool ordered_values(Op op, const Value& a, const Value& b) {
  const auto first = decimal_of(a);
  const auto second = decimal_of(b);
  return first && second && ordered(op, *first, *second);
}

bool text_holds(Op op, std::string_view text, std::string_view part) {
  switch (op) {
  case Op::Contains:
  case Op::BContains:
    return text.find(part) != std::string_view::npos;
  case Op::StartsWith:
  case Op::BStartsWith:
    return text.starts_with(part);
  case Op::EndsWith:
    return text.ends_with(part);
  default:
    return false;
  }
}

bool in_networks(const std::vector<Network>& networks, const Value& value) {
  std::optional<Address> parsed;
  const Address* address = nullptr;
  if (value.kind() == Value::Kind::Address) {
    address = &value.address();
  } else if (value.is_text()) {
    parsed = parse_address(value.text());
    if (parsed) address = &*parsed;
  }
  return address != nullptr && std::ranges::any_of(networks, [&](const Network& network) {
           return network.contains(*address);
         });
}

char* change_case(std::string_view text, char* out, bool lower) {
  for (const char c : text) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    const bool is_lower = c >= 'a' && c <= 'z';
    char changed = c;
    if (lower && is_upper) changed = static_cast<char>(c + 32);
    if (!lower && is_lower) changed = static_cast<char>(c - 32);
    *out++ = changed;
  }
  return out;
}

/// Base64 (RFC 4648, 4) into `out`, which has room for text.size() bytes; nullptr if it is none.
char* decode_base64(std::string_view text, char* out) {
  const auto digit = [](char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+' || c == '-') return 62;
    return c == '/' || c == '_' ? 63 : -1;
  };
  while (text.ends_with('='))
    text.remove_suffix(1);
  if (text.size() % 4 == 1) return nullptr;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = digit(c);
    if (value < 0) return nullptr;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    *out++ = static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xFFU);
  }
  return out;
}

/// Writes at most text.size() bytes behind `out`; nullptr if there is no value.
char* transform_text(Transformer transformer, std::string_view text, char* out) {
  switch (transformer) {
  case Transformer::Lower:
  case Transformer::Upper:
    return change_case(text, out, transformer == Transformer::Lower);
  case Transformer::Base64:
    return decode_base64(text, out);
  case Transformer::Basename: {
    const std::string_view name = text.substr(text.rfind('/') + 1);
    return std::ranges::copy(name, out).out;
  }
  default:
    return std::ranges::copy(text, out).out;
  }
}

} // namespace

Evaluation::Evaluation(const Program& program)
    : program_(&program), term_runs_(program.terms_.size()), term_results_(program.terms_.size()),
      operand_runs_(program.operands_.size()), operand_values_(program.operands_.size()),
      slots_(program.operands_.size()), group_runs_(program.groups_.size()),
      candidate_runs_(program.entries_.size()), scratch_(std::make_unique<PatternScratch>()) {
  for (const auto& group : program.groups_) {
    scratch_->reserve_for(*group);
    group_bits_.emplace_back((group->size() + 63) / 64);
  }
}

Evaluation::Evaluation(Evaluation&&) noexcept = default;
Evaluation& Evaluation::operator=(Evaluation&&) noexcept = default;
Evaluation::~Evaluation() = default;

void Evaluation::begin(const FieldSource& source) {
  source_ = &source;
  if (++run_ != 0) return;
  // The counter went round: no number of an earlier run may come again.
  for (auto* runs : {&term_runs_, &operand_runs_, &group_runs_, &candidate_runs_})
    std::ranges::fill(*runs, 0);
  run_ = 1;
}

bool Evaluation::holds(std::uint32_t condition) {
  std::uint32_t at = program_->entries_[condition];
  while (at < kReject) {
    const Branch& branch = program_->code_[at];
    at = term_holds(branch.term) ? branch.if_true : branch.if_false;
  }
  return at == kAccept;
}

void Evaluation::add_candidates(std::span<const std::uint32_t> conditions,
                                const std::vector<bool>* wanted) {
  for (const std::uint32_t condition : conditions) {
    if (wanted != nullptr && !(*wanted)[condition]) continue;
    if (candidate_runs_[condition] == run_) continue;
    candidate_runs_[condition] = run_;
    if (holds(condition)) matches_.push_back(condition);
  }
}

std::span<const std::uint32_t> Evaluation::matches(const std::vector<bool>* wanted) {
  matches_.clear();
  add_candidates(program_->always_, wanted);
  for (const Program::Index& index : program_->indexes_) {
    const Value value = operand_value(index.operand);
    const auto look_up = [&](const Value& single) {
      if (index.is_integer) {
        const auto number = integer_of(single);
        if (!number) return;
        const auto found = index.integers.find(*number);
        if (found != index.integers.end()) add_candidates(found->second, wanted);
        return;
      }
      NumberText buffer;
      const auto found = index.texts.find(text_of(single, buffer));
      if (found != index.texts.end()) add_candidates(found->second, wanted);
    };
    if (value.is_absent()) continue;
    if (value.is_list())
      std::ranges::for_each(value, look_up);
    else
      look_up(value);
  }
  std::ranges::sort(matches_);
  return matches_;
}

bool Evaluation::term_holds(std::uint32_t term) {
  if (term_runs_[term] != run_) {
    const bool result = decide(program_->terms_[term]);
    term_runs_[term] = run_;
    term_results_[term] = result ? 1 : 0;
  }
  return term_results_[term] != 0;
}

bool Evaluation::decide(const Term& term) {
  if (term.test == Test::ExactlyOne) {
    std::size_t count = 0;
    for (const std::uint32_t other : term.terms)
      if (term_holds(other) && ++count > 1) return false;
    return count == 1;
  }
  const Value value = operand_value(term.operand);
  if (value.is_absent()) return false;
  if (term.test == Test::Exists) return true;
  const bool compares = term.test == Test::OperandEqual || term.test == Test::OperandOrder ||
                        term.test == Test::OperandText || term.test == Test::OperandIn;
  if (compares && operand_value(term.other).is_absent()) return false;
  if (!value.is_list()) return test_value(term, value, true) != term.negated;
  const auto test = [&](const Value& item) { return test_value(term, item, false); };
  const bool holds = term.wants_all ? std::all_of(value.begin(), value.end(), test)
                                    : std::any_of(value.begin(), value.end(), test);
  return holds != term.negated;
}

std::optional<bool> Evaluation::in_group(const Term& term, std::string_view text) {
  const auto group = static_cast<std::size_t>(term.group);
  std::vector<std::uint64_t>& bits = group_bits_[group];
  if (group_runs_[group] != run_) {
    if (!scratch_->scan(*program_->groups_[group], text, bits)) return std::nullopt;
    group_runs_[group] = run_;
  }
  return (bits[term.bit / 64] >> (term.bit % 64) & 1U) != 0;
}

bool Evaluation::test_value(const Term& term, const Value& value, bool whole) {
  NumberText buffer;
  switch (term.test) {
  case Test::IntegerEqual:
  case Test::IntegerOrder: {
    const auto number = integer_of(value);
    return number && ordered(term.op, *number, term.integer);
  }
  case Test::IntegerIn: {
    const auto number = integer_of(value);
    return number && std::ranges::binary_search(term.integers, *number);
  }
  case Test::DecimalEqual:
  case Test::DecimalOrder: {
    const auto number = decimal_of(value);
    return number && ordered(term.op, *number, term.decimal);
  }
  case Test::BooleanEqual: {
    const auto truth =
        value.is_text() ? std::optional<std::int64_t>(value.text() == "true") : integer_of(value);
    return truth && (*truth != 0) == (term.integer != 0);
  }
  case Test::AddressIn:
    return in_networks(term.networks, value);
  case Test::OperandEqual:
  case Test::OperandOrder:
  case Test::OperandText:
  case Test::OperandIn:
    return test_operands(term, value);
  default:
    break;
  }
  const std::string_view text = text_of(value, buffer);
  if (term.group >= 0 && whole)
    if (const auto found = in_group(term, text)) return *found;
  return test_text(term, text);
}

bool Evaluation::test_text(const Term& term, std::string_view text) {
  switch (term.test) {
  case Test::TextEqual:
    return text == term.text;
  case Test::TextIn:
    return term.texts->contains(text);
  case Test::TextContains:
    return text.find(term.text) != std::string_view::npos;
  case Test::TextContainsIgnoreCase:
    return contains_ignore_case(text, term.text);
  case Test::TextStarts:
    return text.starts_with(term.text);
  case Test::TextEnds:
    return text.ends_with(term.text);
  case Test::Wildcard:
    return fits_wildcard(term.text, text);
  case Test::WildcardIgnoreCase:
    return fits_wildcard(term.text, text, true);
  case Test::Regex:
    return term.regex->Match(text, 0, text.size(), re2::RE2::ANCHOR_BOTH, nullptr, 0);
  case Test::PathBelow:
    return term.prefixes->match(text);
  default:
    return false;
  }
}

bool Evaluation::test_operands(const Term& term, const Value& value) {
  const Value other = operand_value(term.other);
  const auto test = [&](const Value& right) {
    if (term.test == Test::OperandOrder) return ordered_values(term.op, value, right);
    if (term.test != Test::OperandText) return equal_values(value, right);
    NumberText first;
    NumberText second;
    return text_holds(term.op, text_of(value, first), text_of(right, second));
  };
  return other.is_list() ? std::ranges::any_of(other, test) : test(other);
}

Value Evaluation::operand_value(std::uint32_t operand) {
  if (operand_runs_[operand] != run_) {
    operand_values_[operand] = compute(operand);
    operand_runs_[operand] = run_;
  }
  return operand_values_[operand];
}

Value Evaluation::compute(std::uint32_t number) {
  const Operand& operand = program_->operands_[number];
  switch (operand.kind) {
  case Operand::Kind::Field:
    return source_->get(operand.use);
  case Operand::Kind::Literal:
    return Value::text(operand.literal);
  case Operand::Kind::List: {
    std::vector<Value>& items = slots_[number].items;
    items.clear();
    for (const std::uint32_t child : operand.children) {
      const Value value = operand_value(child);
      if (value.is_list())
        items.insert(items.end(), value.begin(), value.end());
      else if (!value.is_absent())
        items.push_back(value);
    }
    return Value::list(items.data(), items.size());
  }
  case Operand::Kind::Transform:
    return transform(operand, slots_[number]);
  }
  return {};
}

Value Evaluation::transform(const Operand& operand, Slot& slot) {
  if (operand.transformer == Transformer::Concat) return concat(operand, slot);
  if (operand.transformer == Transformer::Join) return join(operand, slot);
  const Value value = operand_value(operand.children.front());
  if (value.is_absent() || operand.transformer == Transformer::Value) return value;
  if (operand.transformer == Transformer::Length)
    return Value::integer(
        static_cast<std::int64_t>(value.is_list() ? value.count() : value.text().size()));
  slot.items.clear();
  std::size_t room = value.text().size();
  if (value.is_list())
    for (const Value& item : value)
      room += item.text().size();
  if (slot.text.size() < room) slot.text.resize(room);
  char* out = slot.text.data();
  const auto change = [&](const Value& item) {
    char* end = item.is_text() ? transform_text(operand.transformer, item.text(), out) : nullptr;
    if (end == nullptr) return Value();
    const Value changed = Value::text({out, static_cast<std::size_t>(end - out)});
    out = end;
    return changed;
  };
  if (!value.is_list()) return change(value);
  for (const Value& item : value)
    if (const Value changed = change(item); !changed.is_absent()) slot.items.push_back(changed);
  return Value::list(slot.items.data(), slot.items.size());
}

Value Evaluation::concat(const Operand& operand, Slot& slot) {
  slot.text.clear();
  for (const std::uint32_t child : operand.children) {
    const Value value = operand_value(child);
    if (value.is_absent() || value.is_list()) return {};
    NumberText buffer;
    slot.text += text_of(value, buffer);
  }
  return Value::text(slot.text);
}

Value Evaluation::join(const Operand& operand, Slot& slot) {
  const Value separator = operand_value(operand.children[0]);
  const Value values = operand_value(operand.children[1]);
  if (!separator.is_text() || values.is_absent()) return {};
  slot.text.clear();
  bool first = true;
  const auto add = [&](const Value& value) {
    if (!first) slot.text += separator.text();
    first = false;
    NumberText buffer;
    slot.text += text_of(value, buffer);
  };
  if (values.is_list())
    std::ranges::for_each(values, add);
  else
    add(values);
  return Value::text(slot.text);
}

} // namespace portique::policy
