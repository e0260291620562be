#pragma once

// What a pod does not say for itself, said for it: restrictions are added where a manifest leaves
// them open. What is set stays as it is, and nothing is taken away that a container asks for.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/access/kubernetes/admission_review.h"
#include "portique/access/kubernetes/json_patch.h"

namespace portique::access::kubernetes {

struct PodDefaults {
  bool drop_capabilities = false;       ///< capabilities.drop: [ALL]; what is added stays
  bool seccomp = false;                 ///< seccompProfile.type: RuntimeDefault
  bool non_root = false;                ///< runAsNonRoot, unless root is asked for by number
  bool read_only_root = false;          ///< readOnlyRootFilesystem
  bool no_privilege_escalation = false; ///< allowPrivilegeEscalation: false
  bool no_token = false;                ///< automountServiceAccountToken: false
  bool pin_images = false;              ///< tags become digests

  [[nodiscard]] bool any() const {
    return drop_capabilities || seccomp || non_root || read_only_root || no_privilege_escalation ||
           no_token || pin_images;
  }
};

/// The names that a policy lists them by, in the order of PodDefaults.
std::vector<std::string_view> pod_default_names();
/// Switches one on; false if there is none of that name.
bool set_pod_default(PodDefaults& defaults, std::string_view name);

/// "registry/app:1.2" as "registry/app:1.2@sha256:...", or nothing if it cannot be found out.
using PinImage = std::function<std::optional<std::string>(std::string_view image)>;

/// The changes that an object needs, empty where the API server would take none: a Job's template
/// and a running pod are fixed, a template that an update leaves as it is must not be rolled out
/// anew. `object` is changed as the patch says.
boost::json::array default_pod(const AdmissionRequest& request,
                               const PodDefaults& defaults,
                               const PinImage& pin,
                               boost::json::value& object);

/// Whether an update leaves the pod (or the pod template) of an object as it was, in all that
/// rules about containers look at.
bool leaves_pod_alone(const AdmissionRequest& request);

/// The pod template inside an object, or the object if it is a pod; nullptr if it makes no pods.
const boost::json::object* pod_template(std::string_view kind, const boost::json::value& object);

} // namespace portique::access::kubernetes
