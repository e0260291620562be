#pragma once

// What a build asks for, out of BuildKit's messages and out of Dockerfiles. What is not understood
// is said to be so: "unseen" among the entitlements.
//
// https://github.com/moby/buildkit: api/services/control/control.proto,
// frontend/gateway/pb/gateway.proto, solver/pb/ops.proto

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "portique/access/workload_facts.h"
#include "portique/base/result.h"

namespace portique::access {

/// Words among WorkloadFacts::entitlements.
namespace entitlement {
inline constexpr std::string_view kHostNetwork = "network.host";
inline constexpr std::string_view kInsecure = "security.insecure";
inline constexpr std::string_view kDevice = "device";
inline constexpr std::string_view kSecret = "secret";
inline constexpr std::string_view kSsh = "ssh";
inline constexpr std::string_view kFrontend = "frontend"; ///< an image that says how to build
inline constexpr std::string_view kUnseen = "unseen";     ///< a part that cannot be looked into
} // namespace entitlement

void add_entitlement(WorkloadFacts& facts, std::string_view word);
void add_image(WorkloadFacts& facts, std::string_view reference);

using BuildArguments = std::map<std::string, std::string, std::less<>>;

/// A build that one request of a client starts.
struct BuildRequest {
  WorkloadFacts facts;
  std::string session;      ///< whose files it reads; "" if the request does not say
  BuildArguments arguments; ///< --build-arg
};

/// moby.buildkit.v1.SolveRequest of the service Control.
base::Result<BuildRequest> read_control_solve(std::string_view message);

/// moby.buildkit.v1.frontend.SolveRequest of the service LLBBridge.
base::Result<BuildRequest> read_bridge_solve(std::string_view message);

/// moby.buildkit.v1.frontend.NewContainerRequest of the service LLBBridge.
base::Result<BuildRequest> read_new_container(std::string_view message);

/// Images and entitlements of a Dockerfile with these arguments.
WorkloadFacts dockerfile_facts(std::string_view text, const BuildArguments& arguments);

} // namespace portique::access
