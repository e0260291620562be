#pragma once

// A client of Docker's engine API over a Unix socket or TCP, which podman's service speaks too.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/http_client.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/image/docker_endpoint.h"
#include "portique/image/engine_documents.h"
#include "portique/image/pipe_feed.h"
#include "portique/image/podman_service.h"

namespace portique::image {

/// Thread-safe: each call makes its own connection. Errors are sentences that name the engine:
/// Code::NotFound for an image or a container that it does not have, and if there is no engine at
/// its socket; Code::Network for one that cannot be reached or fails, Code::InvalidArgument for a
/// name that no engine takes.
class DockerEngine {
public:
  /// Asks who is there and settles on a version of the API. `product` is for messages: "Docker".
  static base::Result<DockerEngine>
  connect(std::string product, EngineEndpoint endpoint, const base::Limits& limits);

  /// Docker's or podman's, where docker_endpoint() or podman_endpoint() finds it.
  static base::Result<DockerEngine> docker(const base::Limits& limits);

  /// Whether podman's service is run if it is not there.
  enum class Podman : unsigned char { AsItIs, Run };
  static base::Result<DockerEngine> podman(const base::Limits& limits, Podman how);

  /// By name or id, as `docker image inspect` takes it.
  [[nodiscard]] base::Result<EngineImage> inspect_image(std::string_view name) const;
  [[nodiscard]] base::Result<std::vector<EngineImage>> list_images() const;

  /// By name or id, running or not.
  [[nodiscard]] base::Result<EngineContainer> inspect_container(std::string_view name) const;
  /// What differs from the image; paths without leading slash.
  [[nodiscard]] base::Result<std::vector<model::PathChange>>
  changes(const EngineContainer& container) const;
  /// The image as an archive of `docker save`.
  [[nodiscard]] Feed save_image(const base::Digest& id) const;

  /// All of a container's file system as one tar archive.
  [[nodiscard]] Feed save_container(const EngineContainer& container) const;

  /// Whether paths that it names are paths of this machine.
  [[nodiscard]] bool is_local() const { return !endpoint_.unix_socket.empty(); }

  [[nodiscard]] const std::string& product() const { return product_; }

  [[nodiscard]] const EngineEndpoint& endpoint() const { return endpoint_; }

private:
  DockerEngine(std::string product, EngineEndpoint endpoint, const base::Limits& limits)
      : product_(std::move(product)), endpoint_(std::move(endpoint)), limits_(limits) {}

  [[nodiscard]] base::HttpOptions http_options() const;
  [[nodiscard]] base::Result<base::HttpResponse>
  send(base::HttpRequest request, std::string_view path, std::chrono::seconds patience) const;
  [[nodiscard]] base::Result<std::string> get_document(std::string_view path,
                                                       std::string_view what) const;
  [[nodiscard]] Feed feed(std::string path, std::string what) const;
  [[nodiscard]] base::Result<void> negotiate();
  [[nodiscard]] base::Error unreachable(const base::Error& seen) const;
  [[nodiscard]] base::Error refusal(const base::HttpResponse& response,
                                    std::string_view what) const;

  std::string product_;
  EngineEndpoint endpoint_;
  base::Limits limits_;
  std::string version_; ///< "/v1.41"
  /// Where we had to run it; shared by copies of the engine, the last of which ends it.
  std::shared_ptr<PodmanService> service_;
};

} // namespace portique::image
