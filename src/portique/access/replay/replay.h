#pragma once

// What recorded traffic would have met under another policy.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "portique/access/audit/trail_cursor.h"
#include "portique/access/decision.h"
#include "portique/access/request_record.h"
#include "portique/access/roles/access_policy.h"
#include "portique/base/result.h"

namespace portique::access {

/// A request out of the trail as the policy sees it, without anybody's break-glass. Where it hangs
/// on what the trail does not tell, there is no decision: `needs` says on what.
Decision replay_request(const AccessPolicy& policy, const RecordedRequest& request);

/// Requests that would meet another decision in one way.
struct ReplayGroup {
  std::string user;
  std::string action;
  std::string rule;   ///< that denies now, or did so then; "" if no role allows it, or did
  std::string reason; ///< of the first such line
  std::uint64_t count = 0;
  std::uint64_t first_line = 0; ///< number of the first such line in the trail
  std::string example;          ///< resource of that line
};

struct ReplayOutcome {
  std::uint64_t decisions = 0;      ///< lines of decisions of gates
  std::uint64_t same = 0;           ///< the same answer as then
  std::uint64_t without_record = 0; ///< cannot be told: no meaning, or too long
  std::uint64_t undecided = 0;      ///< cannot be told: the record lacks what they hang on
  std::uint64_t break_glass = 0;    ///< allowed by a right for a while; left out
  std::uint64_t unreadable = 0;     ///< lines that are no lines of a trail
  std::vector<ReplayGroup> denied;  ///< newly, most frequent first
  std::vector<ReplayGroup> allowed; ///< newly
  std::vector<ReplayGroup> open;    ///< undecided, with what they need as the reason
};

/// Reads the trail up to its present end.
base::Result<ReplayOutcome> replay_trail(TrailCursor& trail, const AccessPolicy& policy);

/// One decision of a gate out of a trail.
struct TrailDecision {
  std::uint64_t line = 0;
  bool allow = false;
  bool break_glass = false;
  std::string reason;
  std::string rule;
  const RecordedRequest& request;
};

/// Hands over each decision that has a record; the counts of the others stand in the outcome.
base::Result<ReplayOutcome>
for_each_decision(TrailCursor& trail, const std::function<void(const TrailDecision&)>& found);

} // namespace portique::access
