#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "portique/base/result.h"

namespace portique::image {

/// How to log in to a registry. Never to be shown: `origin` is what messages may name.
struct Credentials {
  std::string user;
  std::string password;
  std::string identity_token; ///< an OAuth2 refresh token, instead of the password
  std::string registry_token; ///< a bearer token to be sent as it is
  std::string origin;         ///< the file or program that they came from

  [[nodiscard]] bool empty() const {
    return user.empty() && password.empty() && identity_token.empty() && registry_token.empty();
  }
};

/// Docker's config.json and podman's auth.json, as far as they are about logging in. Keys are
/// registries or the beginnings of repositories ("ghcr.io/org"), as normal_registry_key() has them.
struct DockerConfig {
  struct Entry {
    Credentials credentials;
    bool broken = false; ///< `auth` is not base64 of user:password
  };

  std::map<std::string, Entry, std::less<>> auths;
  std::map<std::string, std::string, std::less<>> helpers; ///< credHelpers: registry -> helper
  std::string store;                                       ///< credsStore: a helper
};

base::Result<DockerConfig> parse_docker_config(std::string_view json);

/// What `docker-credential-NAME get` prints: user and secret; the user "<token>" has an identity
/// token.
base::Result<Credentials> parse_helper_answer(std::string_view json);

/// "https://index.docker.io/v1/" -> "docker.io", "https://quay.io/v2" -> "quay.io".
std::string normal_registry_key(std::string_view key);

/// The key of `entries` that fits "REGISTRY/REPOSITORY" and is longest: the repository itself, a
/// folder above it, or the registry; end() if there is none.
template <typename Entries>
typename Entries::const_iterator find_longest_prefix(const Entries& entries,
                                                     std::string_view name) {
  while (true) {
    if (const auto found = entries.find(name); found != entries.end()) return found;
    const std::size_t slash = name.rfind('/');
    if (slash == std::string_view::npos) return entries.end();
    name = name.substr(0, slash);
  }
}

} // namespace portique::image
