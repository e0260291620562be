#pragma once

// Which policy judges a scan, and how it is told when it does not load.

#include <optional>
#include <string>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/base/time.h"
#include "portique/model/report.h"
#include "portique/policy/policy.h"

namespace CLI {
class App;
}

namespace portique::cli {

struct PolicyFlags {
  std::string policy; ///< a file, the name of a ready policy, or "none"
};

/// --policy. `flags` must outlive the parsing.
void add_policy_flag(CLI::App& command, PolicyFlags& flags);

/// The policy of the flag; without it portique.yaml of the current folder, else of /etc/portique,
/// which is then said on standard error unless `quiet`; nothing if there is neither. Errors are
/// printed with their places; the Error returned counts them.
base::Result<std::optional<policy::LoadedPolicy>>
chosen_policy(const PolicyFlags& flags, const base::Limits& limits, base::Time now, bool quiet);

/// What a report should say of the policy that judged it: its exceptions that have expired.
void note_expired(const policy::LoadedPolicy& policy, model::Report& report);

/// Loads and prints what is wrong; an Error if the policy cannot be used.
base::Result<policy::LoadedPolicy>
loaded_policy(const std::string& name, const base::Limits& limits, base::Time now);

} // namespace portique::cli
