#pragma once

// Separation of duties for policies: a version serves once its author and enough others have signed
// it. A JSON file beside the policy (NAME.approvals):
//   {"format": "portique policy approval 1",
//    "approvals": [{"person": "bob", "digest": "sha256:...", "time": "2026-01-31T12:00:00Z",
//                   "signature": "<base64>"}]}
// The signature is Ed25519 over these lines, each with a line feed:
//   portique policy approval 1
//   person bob
//   digest sha256:...
//   time 2026-01-31T12:00:00Z

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/access/roles/access_policy.h"
#include "portique/access/trust/public_key.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::access {

/// The file `approvals` (its text, "" for a new one) with one more approval, of the policy's
/// written digest. An approval of the same person for the same digest is replaced. The key must be
/// the one that the policy names for that person.
base::Result<std::string> approve(const AccessPolicy& policy,
                                  std::string_view person,
                                  const PrivateKey& key,
                                  std::string_view approvals,
                                  base::Time now);

/// Whether the author and as many others as `rule` wants have signed the digest. The error names
/// who is missing. `author` is the candidate's, everything else the rule's.
base::Result<void> check_approvals(const ApprovalRule& rule,
                                   std::string_view author,
                                   std::string_view digest,
                                   std::string_view approvals);

/// People with a valid signature of the digest, in the file's order.
base::Result<std::vector<std::string>>
approved_by(const ApprovalRule& rule, std::string_view digest, std::string_view approvals);

/// What the serving policy asks of its successor, kept over a restart.
struct ApprovalsInForce {
  ApprovalRule rule;
  std::string digest; ///< of the policy that serves: it may come back without new signatures
};

/// Nothing if no policy that asks for approvals serves. A file that others than root and this
/// process's user could have written is an error.
base::Result<std::optional<ApprovalsInForce>>
read_approvals_in_force(const std::filesystem::path& folder);

/// Keeps what a policy asks for, or that it asks for nothing.
base::Result<void> keep_approvals_in_force(const std::filesystem::path& folder,
                                           const AccessPolicy& policy);

} // namespace portique::access
