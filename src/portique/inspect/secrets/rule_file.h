#pragma once

// Files of secret rules: our own YAML (docs/secrets.md), and gitleaks' TOML as it is.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/inspect/secrets/secret_rule.h"

namespace portique::inspect {

/// A rule's own tests, not needed to apply it. In them "<62:36>" and the like stand for characters
/// that the test makes up, so that no rule file holds what looks like a secret.
struct RuleExamples {
  std::string rule;
  std::vector<std::string> matches;
  std::vector<std::string> misses;
  std::string path; ///< of the file that the examples are said to be
};

/// Our own format. `examples` may be nullptr. Errors name rule and line.
base::Result<SecretRuleSet> parse_rule_yaml(std::string_view text,
                                            const base::Limits& limits,
                                            std::vector<RuleExamples>* examples = nullptr);

/// gitleaks.toml. `[extend] useDefault` means the built-in rules; `path` is refused.
base::Result<SecretRuleSet> parse_gitleaks(std::string_view text, const base::Limits& limits);

/// A file of either format, told apart by its name: *.toml is gitleaks'.
base::Result<SecretRuleSet> read_rule_file(const std::filesystem::path& file,
                                           const base::Limits& limits);

} // namespace portique::inspect
