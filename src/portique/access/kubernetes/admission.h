#pragma once

// Decides about what the API server asks: /validate allows or denies, /mutate adds what the policy
// lets be defaulted.

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "portique/access/audit/trail.h"
#include "portique/access/decision.h"
#include "portique/access/kubernetes/admission_policy.h"
#include "portique/access/kubernetes/admission_review.h"
#include "portique/access/kubernetes/image_digests.h"
#include "portique/access/kubernetes/image_verdicts.h"
#include "portique/base/limits.h"

namespace portique::access::kubernetes {

struct AdmissionOptions {
  Trail* trail = nullptr;                ///< null: none is kept
  ImageVerdicts* verdicts = nullptr;     ///< null: no image is known, none gets scanned
  ImageDigests* digests = nullptr;       ///< null: no tag becomes a digest
  SignatureSearch* signatures = nullptr; ///< null: nobody's signatures are known
  /// What counts when the gate itself fails (the trail cannot be written, an image section without
  /// anything that scans): allow instead of deny.
  bool fail_open = false;
  std::function<base::Time()> clock; ///< empty: the machine's
};

/// What was asked, besides the review itself.
struct AdmissionCall {
  std::string target; ///< of the HTTP request
  std::string digest; ///< "sha256:..." of the body
  std::string peer;   ///< the API server's address
  std::chrono::steady_clock::time_point deadline;
};

/// The action that a request stands for, in the words of Docker's gate where the meaning is the
/// same: what makes containers is "containers.create", exec is "containers.exec", deleting a pod is
/// "containers.remove". All else is "<resource>.<operation>": "services.create", "pods.eviction".
std::string action_of(const AdmissionRequest& request);

/// Used by several threads at a time.
class Admission {
public:
  Admission(AdmissionOptions options, std::shared_ptr<const AdmissionPolicy> policy);

  /// Decisions that are under way keep the one they began with.
  void set_policy(std::shared_ptr<const AdmissionPolicy> policy);
  [[nodiscard]] std::shared_ptr<const AdmissionPolicy> policy() const;

  AdmissionAnswer validate(const AdmissionRequest& request, const AdmissionCall& call);
  AdmissionAnswer mutate(const AdmissionRequest& request, const AdmissionCall& call);

private:
  /// The answer once the trail holds the decision.
  AdmissionAnswer answer(const AdmissionRequest& request,
                         const AdmissionCall& call,
                         std::string_view action,
                         Decision decision);
  [[nodiscard]] base::Time now() const;

  AdmissionOptions options_;
  mutable std::mutex guard_;
  std::shared_ptr<const AdmissionPolicy> policy_; ///< shared with the decisions under way
};

} // namespace portique::access::kubernetes
