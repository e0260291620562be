#pragma once

// What a request to an engine would let a container, a build or a plugin do.

#include <string>
#include <vector>

#include "portique/access/docker/engine_call.h"
#include "portique/access/docker/engine_view.h"
#include "portique/access/docker/host_path.h"
#include "portique/access/workload_facts.h"
#include "portique/base/result.h"

namespace portique::access {

struct FactOptions {
  HostSight host = HostSight::Seen;
  std::vector<std::string> engine_sockets; ///< paths of the engine's own, besides the usual ones
};

/// Of an action that makes or changes no workload: nothing but the containers that it is about.
/// What a request does not say and the engine knows (an image's user, what an existing volume
/// mounts) is asked for; an error means that it could not be.
base::Result<WorkloadFacts>
workload_facts(const EngineCall& call, EngineView& view, const FactOptions& options = {});

/// Whether a user of a container is root, as far as its name or number tells: "", "0", "root",
/// "+0:5". A name that stands for number 0 in an image's own list of users is not seen.
bool is_root_user(std::string_view user);

} // namespace portique::access
