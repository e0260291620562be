#pragma once

// Rules ready to be applied.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/result.h"
#include "portique/inspect/secrets/pattern_database.h"
#include "portique/inspect/secrets/secret_rule.h"

namespace re2 {
class RE2;
}

namespace portique::inspect {

/// Where in a block a rule has to be tried once a trigger was met.
struct TriggerReach {
  std::uint32_t rule = 0;
  std::uint32_t before = 0; ///< bytes before the end of the trigger
  std::uint32_t behind = 0;
};

/// An allowance with its expressions compiled.
class CompiledAllowance {
public:
  static base::Result<CompiledAllowance> compile(const SecretAllowance& allow);
  ~CompiledAllowance();
  CompiledAllowance(CompiledAllowance&&) noexcept;
  CompiledAllowance& operator=(CompiledAllowance&&) noexcept;

  [[nodiscard]] bool applies(std::string_view path,
                             std::string_view secret,
                             std::string_view match,
                             std::string_view line) const;

private:
  struct State;
  explicit CompiledAllowance(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// One set of rules. Immutable apart from regular expressions that are compiled when they are first
/// needed; shared by any number of threads.
class SecretRules {
public:
  /// Code::Malformed names the rule whose expression RE2 or Hyperscan refuses.
  static base::Result<SecretRules> compile(SecretRuleSet set, PatternPlatform platform);

  /// The compiled patterns and their rules as bytes, for the program to carry.
  [[nodiscard]] base::Result<std::string> pack() const;
  /// Trusted bytes: those of pack(), from this program's own data.
  static base::Result<SecretRules> unpack(base::Bytes bytes);

  ~SecretRules();
  SecretRules(SecretRules&&) noexcept;
  SecretRules& operator=(SecretRules&&) noexcept;

  [[nodiscard]] const SecretRuleSet& set() const;
  /// Changes with any change of the rules.
  [[nodiscard]] const std::string& version() const;
  [[nodiscard]] const PatternDatabase& text_patterns() const;
  [[nodiscard]] const PatternDatabase& binary_patterns() const;
  /// What the ids of the patterns stand for.
  [[nodiscard]] std::span<const TriggerReach> reaches() const;
  /// Rules without any trigger, to be tried on every block of text.
  [[nodiscard]] std::span<const std::uint32_t> untriggered() const;
  [[nodiscard]] const re2::RE2& regex(std::uint32_t rule) const;
  /// Whether a rule looks into the file at all.
  [[nodiscard]] bool looks_into(std::uint32_t rule, std::string_view path) const;
  [[nodiscard]] bool rule_allows(std::uint32_t rule,
                                 std::string_view path,
                                 std::string_view secret,
                                 std::string_view match,
                                 std::string_view line) const;
  [[nodiscard]] bool set_allows(std::string_view path,
                                std::string_view secret,
                                std::string_view match,
                                std::string_view line) const;

private:
  struct State;
  explicit SecretRules(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

} // namespace portique::inspect
