#pragma once

// The smallest policy that would have allowed what a trail saw.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::access {

struct LearnedPolicy {
  std::string text; ///< access.yaml
  std::uint64_t decisions = 0;
  std::uint64_t allowed = 0;
  std::uint64_t without_record = 0;
  /// What the policy cannot tell apart: denied then, and allowed by it. Each a sentence.
  std::vector<std::string> conflicts;
  /// Allowed then, and denied by it; it should hold nothing.
  std::vector<std::string> missing;
};

/// A role for each set of users who did the same. Names of resources stand as they were seen, or as
/// a common beginning where there are many and no denied one has it; what somebody only did to what
/// they created is allowed on their own things. A role gets the strictest ready constraints that
/// what was seen keeps. Then the whole trail is held against the policy.
base::Result<LearnedPolicy>
learn_policy(const std::filesystem::path& trail, const base::Limits& limits, base::Time now);

} // namespace portique::access
