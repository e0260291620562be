#pragma once

// The policy that a command of `authz` was given.

#include <memory>
#include <string>

#include "portique/access/roles/access_policy.h"
#include "portique/base/result.h"

namespace portique::cli {

/// access.yaml of a system.
inline constexpr const char* kAccessPolicy = "/etc/portique/access.yaml";

/// Prints what is wrong with it; an Error if it cannot be used.
base::Result<std::shared_ptr<const access::AccessPolicy>>
loaded_access_policy(const std::string& path);

} // namespace portique::cli
