#include "portique/inspect/secrets/secret_rules.h"

#include <algorithm>
#include <mutex>

#include <re2/re2.h>

#include "portique/base/digest.h"
#include "portique/base/glob.h"
#include "portique/base/text.h"

namespace portique::inspect {

using base::Code;
using base::fail;

template <typename Codec, base::CodedAs<TriggerReach> T> void fields(Codec& codec, T& reach) {
  codec(reach.rule, reach.before, reach.behind);
}

namespace {

/// Bytes before a trigger that a match may begin, where nothing tells; a URL's scheme and user.
constexpr std::uint32_t kMostBefore = 4096;
/// ... and those behind it that a match may go on: the longest of the tokens but keys in PEM.
constexpr std::uint32_t kBehind = 512;
/// Each of some 200 expressions in a few threads has to stay within the reader's memory; RE2 falls
/// back to slower ways beyond it.
constexpr std::int64_t kRegexMemory = 1 << 20;

RE2::Options regex_options() {
  RE2::Options options(RE2::Quiet);
  options.set_encoding(RE2::Options::EncodingLatin1); // any bytes may come
  options.set_max_mem(kRegexMemory);
  return options;
}

base::Result<std::unique_ptr<RE2>> compile_regex(const std::string& text) {
  auto regex = std::make_unique<RE2>(text, regex_options());
  if (!regex->ok())
    return fail(Code::Malformed, "RE2 refuses '" + base::printable(text) + "': " + regex->error());
  return regex;
}

base::Result<std::vector<std::unique_ptr<RE2>>>
compile_regexes(const std::vector<std::string>& texts) {
  std::vector<std::unique_ptr<RE2>> all;
  for (const std::string& text : texts)
    all.push_back(PQ_TRY(compile_regex(text)));
  return all;
}

bool any_found(const std::vector<std::unique_ptr<RE2>>& regexes, std::string_view text) {
  return std::ranges::any_of(regexes, [&](const std::unique_ptr<RE2>& regex) {
    return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex);
  });
}

} // namespace

struct CompiledAllowance::State {
  std::vector<std::unique_ptr<RE2>> regexes;
  std::vector<std::unique_ptr<RE2>> paths;
  std::vector<std::string> stopwords; ///< lower case
  SecretAllowance::Target target = SecretAllowance::Target::Secret;
  bool all = false;
};

CompiledAllowance::CompiledAllowance(std::unique_ptr<State> state) : state_(std::move(state)) {}

CompiledAllowance::~CompiledAllowance() = default;
CompiledAllowance::CompiledAllowance(CompiledAllowance&&) noexcept = default;
CompiledAllowance& CompiledAllowance::operator=(CompiledAllowance&&) noexcept = default;

base::Result<CompiledAllowance> CompiledAllowance::compile(const SecretAllowance& allow) {
  auto state = std::make_unique<State>();
  state->regexes = PQ_TRY(compile_regexes(allow.regexes));
  state->paths = PQ_TRY(compile_regexes(allow.paths));
  for (const std::string& word : allow.stopwords)
    state->stopwords.push_back(base::to_lower(word));
  state->target = allow.target;
  state->all = allow.all;
  return CompiledAllowance(std::move(state));
}

bool CompiledAllowance::applies(std::string_view path,
                                std::string_view secret,
                                std::string_view match,
                                std::string_view line) const {
  std::string_view looked_at = secret;
  if (state_->target == SecretAllowance::Target::Match) looked_at = match;
  if (state_->target == SecretAllowance::Target::Line) looked_at = line;
  const std::string lower = base::to_lower(secret);
  const bool in_path = any_found(state_->paths, path);
  const bool in_text = any_found(state_->regexes, looked_at);
  const bool has_word = std::ranges::any_of(
      state_->stopwords, [&](const std::string& word) { return lower.contains(word); });
  if (!state_->all) return in_path || in_text || has_word;
  return (in_path || state_->paths.empty()) && (in_text || state_->regexes.empty()) &&
         (has_word || state_->stopwords.empty());
}

struct SecretRules::State {
  /// What is compiled of one rule.
  struct Compiled {
    std::once_flag once;
    std::unique_ptr<RE2> regex;
    std::vector<base::Glob> paths;
    std::unique_ptr<RE2> path_regex;
    std::vector<CompiledAllowance> allow;
  };

  SecretRuleSet set;
  std::string version;
  std::optional<PatternDatabase> text;
  std::optional<PatternDatabase> binary;
  std::vector<TriggerReach> reaches;
  std::vector<std::uint32_t> untriggered;
  std::vector<std::unique_ptr<Compiled>> compiled; ///< beside set.rules
  std::vector<CompiledAllowance> allow;

  base::Result<void> compile_rest();
};

namespace {

/// Which patterns to look for in text and which in anything else.
struct PatternLists {
  std::vector<Pattern> text;
  std::vector<Pattern> binary;
};

base::Result<void> add_triggers(std::uint32_t index,
                                const SecretRule& rule,
                                std::vector<TriggerReach>& reaches,
                                PatternLists& lists) {
  for (const RuleTrigger& trigger : rule.triggers) {
    const Pattern pattern{trigger.expression,
                          trigger.literal,
                          trigger.caseless,
                          static_cast<std::uint32_t>(reaches.size())};
    std::uint32_t width = PQ_TRY(pattern_width(pattern, kMostBefore));
    if (!trigger.leads)
      width = std::max(width, pattern_width({rule.regex}, kMostBefore).value_or(kMostBefore));
    width += 2; // what must not stand before a token
    reaches.push_back({index, width, rule.reach != 0 ? rule.reach : kBehind});
    lists.text.push_back(pattern);
    if (rule.binary) lists.binary.push_back(pattern);
  }
  return {};
}

} // namespace

/// All but the patterns.
base::Result<void> SecretRules::State::compile_rest() {
  for (const SecretAllowance& each : set.allow)
    allow.push_back(PQ_TRY(CompiledAllowance::compile(each)));
  for (std::uint32_t i = 0; i < set.rules.size(); ++i) {
    const SecretRule& rule = set.rules[i];
    auto of_rule = std::make_unique<Compiled>();
    for (const std::string& path : rule.paths)
      of_rule->paths.push_back(PQ_TRY(base::at(rule.id, base::Glob::parse(path))));
    if (!rule.path_regex.empty())
      of_rule->path_regex = PQ_TRY(base::at(rule.id, compile_regex(rule.path_regex)));
    for (const SecretAllowance& each : rule.allow)
      of_rule->allow.push_back(PQ_TRY(base::at(rule.id, CompiledAllowance::compile(each))));
    compiled.push_back(std::move(of_rule));
    if (rule.triggers.empty()) untriggered.push_back(i);
  }
  return {};
}

SecretRules::SecretRules(std::unique_ptr<State> state) : state_(std::move(state)) {}

SecretRules::~SecretRules() = default;
SecretRules::SecretRules(SecretRules&&) noexcept = default;
SecretRules& SecretRules::operator=(SecretRules&&) noexcept = default;

base::Result<SecretRules> SecretRules::compile(SecretRuleSet set, PatternPlatform platform) {
  auto state = std::make_unique<State>();
  state->set = std::move(set);
  PQ_TRY(state->compile_rest());
  PatternLists lists;
  for (std::uint32_t i = 0; i < state->set.rules.size(); ++i) {
    const SecretRule& rule = state->set.rules[i];
    auto regex = PQ_TRY(base::at(rule.id, compile_regex(rule.regex)));
    if (static_cast<std::uint64_t>(regex->NumberOfCapturingGroups()) < rule.group)
      return base::at(rule.id, base::Result<SecretRules>(fail(Code::Malformed, "no such group")));
    PQ_TRY(base::at(rule.id, add_triggers(i, rule, state->reaches, lists)));
  }
  state->text = PQ_TRY(PatternDatabase::compile(lists.text, platform));
  state->binary = PQ_TRY(PatternDatabase::compile(lists.binary, platform));
  state->version = base::digest_of(base::as_bytes(base::encode(state->set))).hex().substr(0, 16);
  return SecretRules(std::move(state));
}

base::Result<std::string> SecretRules::pack() const {
  return base::encode(state_->set,
                      state_->version,
                      state_->reaches,
                      PQ_TRY(state_->text->serialize()),
                      PQ_TRY(state_->binary->serialize()));
}

base::Result<SecretRules> SecretRules::unpack(base::Bytes bytes) {
  auto state = std::make_unique<State>();
  std::string text;
  std::string binary;
  PQ_TRY(base::decode(bytes, state->set, state->version, state->reaches, text, binary));
  PQ_TRY(state->compile_rest());
  state->text = PQ_TRY(PatternDatabase::deserialize(base::as_bytes(text)));
  state->binary = PQ_TRY(PatternDatabase::deserialize(base::as_bytes(binary)));
  return SecretRules(std::move(state));
}

const SecretRuleSet& SecretRules::set() const {
  return state_->set;
}

const std::string& SecretRules::version() const {
  return state_->version;
}

const PatternDatabase& SecretRules::text_patterns() const {
  return *state_->text;
}

const PatternDatabase& SecretRules::binary_patterns() const {
  return *state_->binary;
}

std::span<const TriggerReach> SecretRules::reaches() const {
  return state_->reaches;
}

std::span<const std::uint32_t> SecretRules::untriggered() const {
  return state_->untriggered;
}

const re2::RE2& SecretRules::regex(std::uint32_t rule) const {
  State::Compiled& compiled = *state_->compiled[rule];
  std::call_once(compiled.once, [&] {
    compiled.regex = std::make_unique<RE2>(state_->set.rules[rule].regex, regex_options());
  });
  return *compiled.regex;
}

bool SecretRules::looks_into(std::uint32_t rule, std::string_view path) const {
  const State::Compiled& compiled = *state_->compiled[rule];
  if (compiled.path_regex &&
      !RE2::PartialMatch(re2::StringPiece(path.data(), path.size()), *compiled.path_regex))
    return false;
  return compiled.paths.empty() || std::ranges::any_of(compiled.paths, [&](const base::Glob& glob) {
           return glob.matches(path);
         });
}

bool SecretRules::rule_allows(std::uint32_t rule,
                              std::string_view path,
                              std::string_view secret,
                              std::string_view match,
                              std::string_view line) const {
  return std::ranges::any_of(state_->compiled[rule]->allow, [&](const CompiledAllowance& allow) {
    return allow.applies(path, secret, match, line);
  });
}

bool SecretRules::set_allows(std::string_view path,
                             std::string_view secret,
                             std::string_view match,
                             std::string_view line) const {
  return std::ranges::any_of(state_->allow, [&](const CompiledAllowance& allow) {
    return allow.applies(path, secret, match, line);
  });
}

} // namespace portique::inspect
