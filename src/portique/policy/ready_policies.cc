#include "portique/policy/ready_policies.h"

#include <algorithm>
#include <array>

// PORTIQUE_POLICY_DIR is the folder rules/policies.
#define PORTIQUE_EMBED(symbol, file)                                                               \
  __asm__(".section .rodata\n"                                                                     \
          ".global portique_policy_" #symbol "_begin\n"                                            \
          "portique_policy_" #symbol "_begin:\n"                                                   \
          ".incbin \"" PORTIQUE_POLICY_DIR "/" file "\"\n"                                         \
          ".global portique_policy_" #symbol "_end\n"                                              \
          "portique_policy_" #symbol "_end:\n"                                                     \
          ".byte 0\n"                                                                              \
          ".text\n")

PORTIQUE_EMBED(baseline, "baseline.yaml");
PORTIQUE_EMBED(strict, "strict.yaml");
PORTIQUE_EMBED(audit_only, "audit-only.yaml");

extern "C" {
// NOLINTBEGIN(readability-identifier-naming): symbols of the assembler
extern const char portique_policy_baseline_begin[];
extern const char portique_policy_baseline_end[];
extern const char portique_policy_strict_begin[];
extern const char portique_policy_strict_end[];
extern const char portique_policy_audit_only_begin[];
extern const char portique_policy_audit_only_end[];
// NOLINTEND(readability-identifier-naming)
}

namespace portique::policy {

std::span<const ReadyPolicy> ready_policies() {
  static const std::array kPolicies{
      ReadyPolicy{"baseline", {portique_policy_baseline_begin, portique_policy_baseline_end}},
      ReadyPolicy{"strict", {portique_policy_strict_begin, portique_policy_strict_end}},
      ReadyPolicy{"audit-only", {portique_policy_audit_only_begin, portique_policy_audit_only_end}},
  };
  return kPolicies;
}

std::optional<ReadyPolicy> find_ready_policy(std::string_view name) {
  const auto found = std::ranges::find(ready_policies(), name, &ReadyPolicy::name);
  if (found == ready_policies().end()) return std::nullopt;
  return *found;
}

} // namespace portique::policy
