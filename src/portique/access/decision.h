#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace portique::access {

/// What was decided about one request, and by what.
struct Decision {
  bool allow = false;
  std::string reason;                ///< one sentence for the caller, without secrets
  std::string role;                  ///< role that allowed it, "" if none did
  std::string rule;                  ///< rule that decided, "" if none did
  std::string policy;                ///< version of the policy: "sha256:..."
  std::vector<std::string> warnings; ///< messages of rules that warn
  std::string exception; ///< who and why, if a rule that held did not count; "" otherwise
  bool break_glass = false;
  /// Of a request that is judged again out of a trail: what the decision hangs on and the trail
  /// does not tell. Then there is no decision.
  std::vector<std::string> needs;
  /// Denied only because there is no such thing, which could be the caller's: the engine would say
  /// so, too.
  bool missing = false;
};

} // namespace portique::access
