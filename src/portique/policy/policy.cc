#include "portique/policy/policy.h"

#include <algorithm>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/model/severity.h"
#include "portique/policy/policy_builder.h"

namespace portique::policy {

namespace {

LoadedPolicy build(PolicyDraft draft, const base::Limits& limits, base::Time now) {
  LoadedPolicy loaded;
  Policy policy = PolicyBuilder(draft, limits, now).build();
  loaded.diagnostics = std::move(draft.diagnostics);
  if (loaded.count(Level::Error) == 0) loaded.policy = std::move(policy);
  return loaded;
}

std::string single_text(const Value& value, Type type) {
  constexpr std::size_t kLongest = 200;
  switch (value.kind()) {
  case Value::Kind::Absent:
  case Value::Kind::List:
    return "<none>";
  case Value::Kind::Text: {
    const std::string_view text = value.text();
    std::string shown = base::printable(text.substr(0, kLongest));
    return text.size() > kLongest ? shown + "..." : shown;
  }
  case Value::Kind::Integer:
    if (type == Type::Severity && value.integer() >= 0 &&
        value.integer() <= static_cast<int>(model::Severity::Critical))
      return std::string(model::severity_name(static_cast<model::Severity>(value.integer())));
    if (type == Type::Duration) return base::format_age(std::chrono::seconds(value.integer()));
    return std::to_string(value.integer());
  case Value::Kind::Decimal:
    return fmt::format("{}", value.decimal());
  case Value::Kind::Boolean:
    return value.integer() != 0 ? "true" : "false";
  case Value::Kind::Address: {
    std::string out;
    const auto& bytes = value.address().bytes;
    const bool is_v4 =
        std::all_of(bytes.begin(), bytes.begin() + 10, [](auto b) { return b == 0; }) &&
        bytes[10] == 0xFF && bytes[11] == 0xFF;
    if (is_v4) return fmt::format("{}.{}.{}.{}", bytes[12], bytes[13], bytes[14], bytes[15]);
    for (std::size_t i = 0; i < bytes.size(); i += 2)
      out += fmt::format("{}{:x}", i == 0 ? "" : ":", bytes[i] * 256 + bytes[i + 1]);
    return out;
  }
  }
  return "";
}

} // namespace

std::size_t LoadedPolicy::count(Level level) const {
  return static_cast<std::size_t>(std::ranges::count(diagnostics, level, &Diagnostic::level));
}

std::optional<std::size_t> Policy::rule_of(Domain domain, std::uint32_t condition) const {
  return rule_of_.at(static_cast<std::size_t>(domain)).at(condition);
}

LoadedPolicy load_policy(std::string_view name, const base::Limits& limits, base::Time now) {
  PolicyDraft draft;
  include_policy(name, nullptr, limits, draft);
  if (draft.name.empty()) draft.name = name == kStandardInput ? "standard input" : name;
  const bool unread = draft.files.empty();
  LoadedPolicy loaded = build(std::move(draft), limits, now);
  loaded.unread = unread;
  return loaded;
}

LoadedPolicy load_policy_text(std::string name,
                              std::string text,
                              const base::Limits& limits,
                              base::Time now,
                              const IncludedFiles* included) {
  PolicyDraft draft;
  draft.included = included;
  draft.file = name;
  read_policy_text(std::make_shared<SourceFile>(SourceFile{name, std::move(text)}), limits, draft);
  if (draft.name.empty()) draft.name = std::move(name);
  return build(std::move(draft), limits, now);
}

Decider::Decider(const Policy& policy, Domain domain)
    : policy_(&policy), domain_(domain), evaluation_(policy.program(domain)) {
  for (auto& wanted : wanted_)
    wanted.resize(policy.program(domain).condition_count());
  for (const Rule& rule : policy.rules())
    if (rule.is_asked() && rule.draft.domain == domain)
      wanted_.at(static_cast<std::size_t>(rule.scope))[*rule.condition] = true;
}

std::span<const Hit> Decider::decide(const FieldSource& source, Scope scope, std::size_t last) {
  hits_.clear();
  evaluation_.begin(source);
  for (const std::uint32_t condition :
       evaluation_.matches(&wanted_.at(static_cast<std::size_t>(scope)))) {
    const std::size_t number = *policy_->rule_of(domain_, condition);
    const Rule& rule = policy_->rules()[number];
    if (number > last) break;
    Hit hit{number, std::nullopt};
    for (std::size_t i = 0; i < rule.exceptions.size() && !hit.exception; ++i) {
      const CompiledException& exception = rule.exceptions[i];
      if (!exception.expired && (!exception.condition || evaluation_.holds(*exception.condition)))
        hit.exception = i;
    }
    hits_.push_back(hit);
    if (rule.draft.action == model::Decision::Allow && !hit.exception) break;
  }
  return hits_;
}

std::string Decider::message(const Hit& hit) {
  const Rule& rule = policy_->rules()[hit.rule];
  const Program& program = policy_->program(domain_);
  std::string text;
  for (const MessageTemplate::Part& part : rule.message.parts) {
    text += part.literal;
    if (part.operand)
      text += value_text(evaluation_.operand_value(*part.operand),
                         program.operands()[*part.operand].type);
  }
  return text.empty() ? rule.draft.name : text;
}

std::string value_text(const Value& value, Type type) {
  if (!value.is_list()) return single_text(value, type);
  constexpr std::size_t kShown = 8;
  std::string all;
  std::size_t count = 0;
  for (const Value& item : value) {
    if (count++ == kShown) return all + ", ...";
    if (!all.empty()) all += ", ";
    all += single_text(item, type);
  }
  return all;
}

} // namespace portique::policy
