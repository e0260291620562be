#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "portique/policy/policy.h"

namespace portique::policy {

/// From a draft to a policy: definitions first, then rule by rule. What is wrong goes into the
/// draft's diagnostics.
class PolicyBuilder {
public:
  PolicyBuilder(PolicyDraft& draft, const base::Limits& limits, base::Time now);

  Policy build();

private:
  void define_lists();
  void define_macros();
  void expand_list(const ListDraft& list,
                   std::vector<const ListDraft*>& open,
                   std::vector<std::string>& out);
  void build_rule(Rule& rule);
  bool compile_condition(Rule& rule, Compiler& compiler);
  void compile_exceptions(Rule& rule, Compiler& compiler);
  void compile_message(Rule& rule, Compiler& compiler);
  /// Findings and packages are there only if the condition asks for them.
  void check_scope(const Rule& rule,
                   const Compiler& compiler,
                   const Origin& origin,
                   std::string_view what);
  void check_exception(const Rule& rule, const ExceptionDraft& exception, bool expired);
  [[nodiscard]] ConditionText whole_condition(const RuleDraft& rule) const;
  void complain(const Rule& rule, const ConditionText& text, const Complaint& complaint);

  PolicyDraft* draft_;
  const base::Limits* limits_;
  base::Time now_;
  Policy policy_;
  std::vector<Compiler> compilers_;
  std::unordered_map<std::string_view, const ListDraft*> lists_;
  std::size_t list_values_ = 0;
};

} // namespace portique::policy
