#pragma once

// podman has no daemon. Where nobody has set up the socket of its service, the service is run for
// as long as it is needed.

#include <filesystem>
#include <memory>

#include <sys/types.h>

#include "portique/base/file.h"
#include "portique/base/result.h"

namespace portique::image {

class PodmanService {
public:
  /// Runs `podman system service` on a socket of its own. Code::NotFound without podman.
  static base::Result<std::shared_ptr<PodmanService>> start();
  ~PodmanService();
  PodmanService(const PodmanService&) = delete;
  PodmanService& operator=(const PodmanService&) = delete;

  [[nodiscard]] std::filesystem::path socket() const { return folder_.path() / "podman.sock"; }

private:
  explicit PodmanService(base::TempDir folder) : folder_(std::move(folder)) {}

  base::Result<void> run();
  base::Result<void> wait_until_it_listens();

  base::TempDir folder_;
  pid_t pid_ = -1;
};

} // namespace portique::image
