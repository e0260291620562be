#pragma once

// A policy, loaded: one program a domain, and the rules that its conditions stand for.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/time.h"
#include "portique/model/verdict.h"
#include "portique/policy/compiler.h"
#include "portique/policy/draft.h"
#include "portique/policy/evaluation.h"
#include "portique/policy/program.h"

namespace portique::policy {

/// A message with fields in it.
struct MessageTemplate {
  struct Part {
    std::string literal;
    std::optional<std::uint32_t> operand; ///< its value stands behind the literal
  };

  std::vector<Part> parts;
};

struct CompiledException {
  model::RuleException says;
  std::optional<std::uint32_t> condition; ///< nothing: it covers all that the rule does
  Node node;                              ///< the condition once more, without texts
  bool expired = false;
};

struct Rule {
  RuleDraft draft;
  Scope scope = Scope::Whole; ///< how often it is asked: once, for each finding, for each part
  Node node;                  ///< for explanations
  std::optional<std::uint32_t> condition; ///< of its domain's program; nothing: it is not asked
  std::string unsupported;                ///< why it is not asked, if we do not offer a field
  MessageTemplate message;
  std::vector<CompiledException> exceptions;

  [[nodiscard]] bool is_asked() const { return condition.has_value(); }
};

class Policy {
public:
  [[nodiscard]] const std::string& name() const { return name_; }

  [[nodiscard]] const std::string& file() const { return file_; }

  [[nodiscard]] const std::string& description() const { return description_; }

  /// Digest of all files that it was made from.
  [[nodiscard]] const std::string& version() const { return version_; }

  /// `mode: audit`: deny becomes warn.
  [[nodiscard]] bool audit() const { return audit_; }

  [[nodiscard]] std::span<const Rule> rules() const { return rules_; }

  [[nodiscard]] const Program& program(Domain domain) const {
    return programs_.at(static_cast<std::size_t>(domain));
  }

  /// The rule that a condition of a domain's program belongs to; nothing for an exception's.
  [[nodiscard]] std::optional<std::size_t> rule_of(Domain domain, std::uint32_t condition) const;

  [[nodiscard]] const Definitions& definitions() const { return *definitions_; }

private:
  friend class PolicyBuilder;

  std::string name_;
  std::string file_;
  std::string description_;
  std::string version_;
  bool audit_ = false;
  std::vector<Program> programs_;
  std::vector<std::vector<std::optional<std::size_t>>> rule_of_;
  std::unique_ptr<Definitions> definitions_; ///< nodes borrow from it
  std::vector<Rule> rules_;
};

struct LoadedPolicy {
  std::optional<Policy> policy; ///< nothing if there are errors
  std::vector<Diagnostic> diagnostics;
  bool unread = false; ///< there is no such policy, or its file cannot be read

  [[nodiscard]] std::size_t count(Level level) const;
};

/// `name`: a file, a ready policy, or "-" for standard input, whose includes lie beside where the
/// program was started. `now` decides which exceptions have expired.
LoadedPolicy load_policy(std::string_view name, const base::Limits& limits, base::Time now);

/// The same from a text; `name` is shown, and is where includes are looked for: on disk, or if
/// there are any among the files that came along.
LoadedPolicy load_policy_text(std::string name,
                              std::string text,
                              const base::Limits& limits,
                              base::Time now,
                              const IncludedFiles* included = nullptr);

/// One rule that held.
struct Hit {
  std::size_t rule = 0;
  std::optional<std::size_t> exception; ///< index of the exception that makes it not count
};

/// One thread's decisions by one policy about one domain.
class Decider {
public:
  /// The policy must outlive this.
  Decider(const Policy& policy, Domain domain);

  /// The rules of a scope that hold, in their order, up to the first `allow`. Rules behind `last`
  /// are not asked. Borrowed until the next call.
  std::span<const Hit> decide(const FieldSource& source, Scope scope, std::size_t last);

  /// The rule's message with the values of the source that was decided about last.
  std::string message(const Hit& hit);

  [[nodiscard]] Evaluation& evaluation() { return evaluation_; }

private:
  const Policy* policy_;
  Domain domain_;
  Evaluation evaluation_;
  /// For each scope which conditions are its rules'.
  std::array<std::vector<bool>, 3> wanted_;
  std::vector<Hit> hits_;
};

inline constexpr std::size_t kNoLastRule = static_cast<std::size_t>(-1);

/// A value as messages show it: printable, cut if it is long, "<none>" if it is absent.
std::string value_text(const Value& value, Type type);

} // namespace portique::policy
