#pragma once

// Where an engine with Docker's API listens, as Docker's own client and podman's decide it: from
// the environment, from Docker's contexts, else at its usual socket.

#include <filesystem>
#include <string>
#include <string_view>

#include "portique/base/http_client.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"

namespace portique::image {

struct EngineEndpoint {
  std::string address;               ///< as users know it: "unix:///var/run/docker.sock"
  std::filesystem::path unix_socket; ///< empty: over the network
  std::string origin;                ///< "http://engine" for a socket, "https://host:2376"
  base::HttpTls tls;
  std::string chosen_by; ///< "DOCKER_HOST", "the context 'build'", "" for the usual place
};

/// An address as DOCKER_HOST gives it. tcp:// is https where `tls` has an authority, a certificate
/// or verify == false. Code::Unsupported for ssh:// and for pipes of Windows, Code::InvalidArgument
/// for what is no address.
base::Result<EngineEndpoint> parse_engine_address(std::string_view address,
                                                  const base::HttpTls& tls);

/// Docker's: DOCKER_HOST with DOCKER_TLS_VERIFY, DOCKER_TLS and DOCKER_CERT_PATH; else the context
/// that DOCKER_CONTEXT or the client's configuration ($DOCKER_CONFIG or ~/.docker) names; else
/// /var/run/docker.sock, or the socket of a rootless daemon if only that is there.
base::Result<EngineEndpoint> docker_endpoint(const base::Limits& limits);

/// podman's: CONTAINER_HOST; else /run/podman/podman.sock for root and
/// $XDG_RUNTIME_DIR/podman/podman.sock for others, whichever is there.
base::Result<EngineEndpoint> podman_endpoint();

} // namespace portique::image
