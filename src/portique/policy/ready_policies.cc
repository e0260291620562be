#include "portique/policy/ready_policies.h"

#include <algorithm>
#include <array>

#include "portique/base/embed.h"

// PORTIQUE_POLICY_DIR is the folder rules/policies.
PQ_EMBED(policy_baseline, PORTIQUE_POLICY_DIR "/baseline.yaml");
PQ_EMBED(policy_strict, PORTIQUE_POLICY_DIR "/strict.yaml");
PQ_EMBED(policy_audit_only, PORTIQUE_POLICY_DIR "/audit-only.yaml");

namespace portique::policy {

std::span<const ReadyPolicy> ready_policies() {
  static const std::array kPolicies{
      ReadyPolicy{"baseline", base::as_text(PQ_EMBEDDED(policy_baseline))},
      ReadyPolicy{"strict", base::as_text(PQ_EMBEDDED(policy_strict))},
      ReadyPolicy{"audit-only", base::as_text(PQ_EMBEDDED(policy_audit_only))},
  };
  return kPolicies;
}

std::optional<ReadyPolicy> find_ready_policy(std::string_view name) {
  const auto found = std::ranges::find(ready_policies(), name, &ReadyPolicy::name);
  if (found == ready_policies().end()) return std::nullopt;
  return *found;
}

} // namespace portique::policy
