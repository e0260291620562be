#pragma once

// A policy (docs/policy.md) with what concerns Kubernetes alone: docs/admission.md describes the
// section `admission:`.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/access/kubernetes/pod_defaults.h"
#include "portique/access/roles/access_policy.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/base/time.h"
#include "portique/inspect/kubernetes/check_kubernetes.h"
#include "portique/model/verdict.h"
#include "portique/policy/policy.h"

namespace portique::access::kubernetes {

/// Names with at most one '*' each.
struct NameFilter {
  std::vector<std::string> only; ///< empty: all
  std::vector<std::string> except;

  [[nodiscard]] bool covers(std::string_view name) const;
};

/// `pod_security:` one level for some namespaces.
struct PodSecurityRule {
  inspect::kubernetes::PodSecurity level = inspect::kubernetes::PodSecurity::Baseline;
  model::Decision action = model::Decision::Deny;
  NameFilter namespaces;
};

/// `defaults:` what /mutate may add.
struct DefaultsRule {
  PodDefaults defaults;
  NameFilter namespaces;
};

/// `images:` what counts without the image being known.
struct ImageRule {
  bool scan = false;            ///< verdicts of scans count, unknown images are scanned
  bool unknown_allowed = false; ///< `unknown: open`; for scans and for signatures
  std::chrono::seconds max_age{7 * 24 * 3600};
  bool unpinned_allowed = true;     ///< `unpinned: open`: a tag that cannot be resolved stays
  bool is_signed = false;           ///< `signed: true`: only images that a trusted key signed
  std::vector<std::string> signers; ///< `signers:` one of these keys
  NameFilter namespaces;
};

/// `exempt:` nothing is asked, and the trail says why. All that is given must fit.
struct Exemption {
  std::vector<std::string> namespaces;
  std::vector<std::string> users;
  std::vector<std::string> groups;
  std::string who;
  std::string why;
  std::optional<base::Time> until;

  [[nodiscard]] bool covers(const AdmissionRequest& request, base::Time now) const;
};

struct AdmissionPolicy {
  policy::Policy rules; ///< those `on: request` are asked
  std::vector<PodSecurityRule> pod_security;
  std::vector<DefaultsRule> defaults;
  ImageRule images;
  std::vector<Exemption> exemptions;
  /// `access:` who may do what; null: whoever the API server lets.
  std::shared_ptr<const AccessPolicy> access;
  bool asks_signatures = false; ///< some rule or requirement does

  /// Digest of all that decides.
  [[nodiscard]] std::string version() const;
};

/// `name` is the file that the text was read from, and where includes are looked for.
base::Result<AdmissionPolicy>
load_admission_policy(const std::string& name,
                      const std::string& text,
                      const base::Limits& limits,
                      base::Time now,
                      const policy::IncludedFiles* included = nullptr);

} // namespace portique::access::kubernetes
