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
  /// Allowed then, and denied by it or in doubt; it should hold nothing.
  std::vector<std::string> missing;
  /// What it allows and nobody was seen to do.
  std::vector<std::string> beyond;
};

/// A role for what the same people did, whatever else each of them did: bound to a group if all of
/// them always showed it and nobody else in the trail did, else to their names. What somebody did
/// to what they created is allowed on their own things; names of others' things stand as they were
/// seen, or as a common beginning where there are many and the trail knows nothing else that has
/// it. A role gets the strictest ready constraints that what was seen keeps. Then the whole trail
/// is held against the policy.
base::Result<LearnedPolicy>
learn_policy(const std::filesystem::path& trail, const base::Limits& limits, base::Time now);

} // namespace portique::access
