#pragma once

#include <string>
#include <string_view>

#include "portique/base/digest.h"
#include "portique/base/result.h"

namespace portique::image {

/// The name of an image in a registry, read as Docker reads it (distribution/reference): "nginx"
/// is docker.io/library/nginx:latest.
struct Reference {
  std::string registry;   ///< host, with its port where one is given; "docker.io" for Docker Hub
  std::string repository; ///< "library/nginx"
  std::string tag;        ///< "" if only a digest is given
  base::Digest digest;    ///< it decides, whatever the tag says; empty if only a tag is given

  /// "docker.io/library/nginx:1.27@sha256:...", with what was given.
  [[nodiscard]] std::string text() const;

  /// "docker.io/library/nginx".
  [[nodiscard]] std::string name() const { return registry + "/" + repository; }

  /// What names the manifest in a registry's URL: the digest, else the tag.
  [[nodiscard]] const std::string& version() const { return digest.empty() ? tag : digest.text(); }

  /// The host that serves the registry: Docker Hub's is registry-1.docker.io.
  [[nodiscard]] std::string host() const;

  friend bool operator==(const Reference&, const Reference&) = default;
};

/// Code::InvalidArgument says which part breaks which rule.
base::Result<Reference> parse_reference(std::string_view text);

/// Whether a name is one of Docker Hub's ("docker.io", "index.docker.io", "registry-1.docker.io").
bool is_docker_hub(std::string_view registry);

} // namespace portique::image
