#pragma once

// Who may do what: a request against a policy.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/access/decision.h"
#include "portique/access/roles/access_policy.h"
#include "portique/access/roles/break_glass.h"

namespace portique::access {

/// In this order: a caller without role is denied; two roles that the policy keeps apart deny
/// everything; a role's `deny` beats every `allow`; then one of the roles must allow it, and
/// neither the policy's own rules nor those that hold for that role may deny it. What is denied so
/// far may be allowed by a role taken with `grants`. Called by any number of threads at a time.
Decision
decide(const AccessPolicy& policy, const RequestView& request, std::span<const Grant> grants = {});

/// Names of the roles that the caller has for good, in the policy's order.
std::vector<std::string_view> roles_of(const AccessPolicy& policy, const RequestView& request);

} // namespace portique::access
