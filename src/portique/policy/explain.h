#pragma once

// Which part of which rule decided, on one input.

#include <optional>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "portique/policy/policy.h"

namespace portique::policy {

/// A part of a condition, and how it came out.
struct ExplainedPart {
  std::string text; ///< as written, on one line
  bool holds = false;
  std::size_t depth = 0;
  std::string value;    ///< of the field, for a comparison
  bool decides = false; ///< the whole came out as it did because of this part
};

struct ExplainedRule {
  std::string name;
  bool holds = false;
  model::Decision action = model::Decision::Deny;
  std::string message; ///< if it holds
  std::optional<model::RuleException> exception;
  std::vector<ExplainedPart> parts;
  std::string file;
  std::uint32_t line = 0;
};

struct ExplainedInput {
  Domain domain = Domain::Image;
  model::Decision decision = model::Decision::Allow;
  std::vector<ExplainedRule> rules;
  std::vector<std::string> unknown_members; ///< of the input: no field has these names
};

/// All rules of a domain (or the one of that name) on an input that holds fields. Scopes do not
/// matter here: the input is the subject, the finding and the package in one.
ExplainedInput explain_input(const Policy& policy,
                             Domain domain,
                             const boost::json::object& input,
                             const std::optional<std::string>& rule);

/// The domain that knows most of an input's members.
Domain domain_of_input(const boost::json::object& input);

/// One example of a rule that came out otherwise than it says.
struct FailedExample {
  std::string rule;
  Diagnostic place;
};

struct TestedExamples {
  std::size_t examples = 0;
  std::size_t rules = 0; ///< with examples
  std::vector<FailedExample> failed;
  std::vector<std::string> without; ///< rules that have none
};

TestedExamples test_examples(const Policy& policy);

/// What is no error and should not stay: unused names, rules that can never hold, exceptions
/// without reason (these are found when the policy is loaded), rules without message or
/// explanation.
std::vector<Diagnostic> lint(const Policy& policy);

} // namespace portique::policy
