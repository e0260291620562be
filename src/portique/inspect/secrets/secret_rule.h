#pragma once

// What a secret looks like: the rules as they are written, before anything is compiled.
// docs/secrets.md describes the file that they come from.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/codec.h"
#include "portique/model/severity.h"

namespace portique::inspect {

/// How much a match says by itself. Of two rules that match the same bytes the higher one counts.
enum class RuleRank : std::uint8_t {
  Generic,  ///< a name that promises a secret, and any value
  Assigned, ///< a service's name, and a value of its form
  Token,    ///< the value alone tells whose it is
};

/// Where a rule looks.
enum class RulePlace : std::uint8_t {
  Anywhere,
  Files,  ///< not in an image's configuration
  Config, ///< only in an image's configuration: environment, history, labels, commands
};

/// When a match does not count. Of gitleaks' allowlists and of our own.
struct SecretAllowance {
  /// What `regexes` look at.
  enum class Target : std::uint8_t { Secret, Match, Line };

  std::vector<std::string> regexes;
  std::vector<std::string> paths; ///< regular expressions, found anywhere in the path
  std::vector<std::string> stopwords;
  Target target = Target::Secret;
  bool all = false; ///< every list that is given must apply, not just one

  friend bool operator==(const SecretAllowance&, const SecretAllowance&) = default;
};

/// What the one pass over all bytes looks for on behalf of a rule.
struct RuleTrigger {
  std::string expression;
  bool literal = false;  ///< no pattern, but these very bytes
  bool caseless = false; ///< whatever their case
  bool leads = false;    ///< a match begins with it, boundaries aside

  friend bool operator==(const RuleTrigger&, const RuleTrigger&) = default;
};

struct SecretRule {
  std::string id;
  std::string title;
  model::Severity severity = model::Severity::High;
  std::string category;
  RuleRank rank = RuleRank::Generic;
  RulePlace place = RulePlace::Anywhere;
  std::string regex;       ///< for RE2; finds the whole match
  std::uint32_t group = 0; ///< of it, the secret; 0: the first that took part, or all of it
  double entropy = 0;      ///< least Shannon entropy of the secret in bits a character
  std::vector<RuleTrigger> triggers;
  bool whole_block = false; ///< a trigger may stand anywhere, not near the match
  bool as_written = false;  ///< no placeholders are sorted out but those that it names itself
  std::uint32_t reach = 0;  ///< bytes that a match may go on behind its trigger; 0: the default
  bool binary = false;      ///< also in files that are no text
  std::vector<std::string> paths; ///< globs, one of which the path must fit; none: any path
  std::string path_regex;         ///< gitleaks': must be found in the path
  std::string check;              ///< name of a further test (secret_checks.h)
  std::vector<SecretAllowance> allow;

  friend bool operator==(const SecretRule&, const SecretRule&) = default;
};

struct SecretRuleSet {
  std::vector<SecretRule> rules;
  std::vector<SecretAllowance> allow;
  bool extends_builtin = true;       ///< counts beside the built-in rules
  std::vector<std::string> disabled; ///< ids of built-in rules that do not count
};

template <typename Codec, base::CodedAs<SecretAllowance> T> void fields(Codec& codec, T& allow) {
  codec(allow.regexes, allow.paths, allow.stopwords, allow.target, allow.all);
}

template <typename Codec, base::CodedAs<RuleTrigger> T> void fields(Codec& codec, T& trigger) {
  codec(trigger.expression, trigger.literal, trigger.caseless, trigger.leads);
}

template <typename Codec, base::CodedAs<SecretRule> T> void fields(Codec& codec, T& rule) {
  codec(rule.id, rule.title, rule.severity, rule.category, rule.rank, rule.place, rule.regex);
  codec(rule.group,
        rule.entropy,
        rule.triggers,
        rule.whole_block,
        rule.as_written,
        rule.reach,
        rule.binary);
  codec(rule.paths, rule.path_regex, rule.check, rule.allow);
}

template <typename Codec, base::CodedAs<SecretRuleSet> T> void fields(Codec& codec, T& set) {
  codec(set.rules, set.allow, set.extends_builtin, set.disabled);
}

} // namespace portique::inspect
