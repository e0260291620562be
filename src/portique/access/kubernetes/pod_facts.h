#pragma once

// What the containers of a pod would be able to do, as facts that mean the same as those of
// Docker's requests.
//
// Where Kubernetes differs from Docker:
//  * `root` holds for whoever may be root: no runAsNonRoot, and no other user asked for. Only the
//    image knows its user, and the kubelet takes it.
//  * A seccomp profile that is not set is not among `unconfined`: what it means is the kubelet's
//    setting. The level restricted of the Pod Security Standards wants it set.
//  * `pids_limited` always holds: the limit is the kubelet's, no pod can ask for one.

#include <string>
#include <string_view>
#include <vector>

#include "portique/access/workload_facts.h"
#include "portique/inspect/kubernetes/objects.h"

namespace portique::access::kubernetes {

struct PodContainer {
  std::string name;
  inspect::kubernetes::Container::Role role = inspect::kubernetes::Container::Role::Main;
  WorkloadFacts facts;
};

/// "container", "init container", "ephemeral container".
std::string_view role_name(inspect::kubernetes::Container::Role role);

/// Main, init and ephemeral containers, each with what it inherits from the pod.
std::vector<PodContainer> containers_with_facts(const inspect::kubernetes::Pod& pod);

/// The full name of an image, as rules see it. A node also finds images by their ids and by what
/// these begin with: a bare word of hexadecimal digits counts as one, and so has no registry.
std::string node_image_name(std::string_view written);

/// Whether a path of the host is the control socket of an engine, or leads to one.
bool leads_to_engine_socket(std::string_view path);

} // namespace portique::access::kubernetes
