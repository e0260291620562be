#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/image/docker_config.h"

namespace portique::image {

/// What was found for a registry.
struct FoundCredentials {
  std::optional<Credentials> credentials;
  /// Why credentials that may be there could not be had; "" if nothing went wrong. Worth saying
  /// only when the registry asks for them: a broken helper must not keep anyone from a public
  /// image.
  std::string problem;
};

/// The credentials that `docker login` and `podman login` keep: in files, or in programs that the
/// files name (docker-credential-NAME).
class RegistryCredentials {
public:
  /// The files in the order in which they are looked into; those that are absent do not matter.
  explicit RegistryCredentials(std::vector<std::filesystem::path> files)
      : files_(std::move(files)) {}

  /// $REGISTRY_AUTH_FILE alone if it is set; else Docker's config.json ($DOCKER_CONFIG or
  /// ~/.docker), then podman's auth.json ($XDG_RUNTIME_DIR/containers, /run/containers/UID,
  /// ~/.config/containers).
  static std::vector<std::filesystem::path> usual_files();

  /// For "ghcr.io" and "org/app". The first file with a fitting entry decides.
  [[nodiscard]] FoundCredentials find(std::string_view registry, std::string_view repository) const;

private:
  std::vector<std::filesystem::path> files_;
};

} // namespace portique::image
