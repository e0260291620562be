#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "portique/base/http_client.h"
#include "portique/base/limits.h"

namespace portique::image {

/// How registries are reached.
struct RegistryOptions {
  /// No network at all: every registry is refused.
  bool offline = false;
  /// Hosts, with or without port, that may be spoken to by plain HTTP, and whose certificates are
  /// not looked at. Loopback may always be spoken to by plain HTTP.
  std::vector<std::string> insecure;
  /// Asked before the registry itself: "https://mirror.example" for Docker Hub,
  /// "ghcr.io=https://mirror.example/ghcr" for another.
  std::vector<std::string> mirrors;
  /// Docker's folder of certificates: HOST[:PORT]/ with *.crt, *.cert, *.key.
  std::filesystem::path certificates = "/etc/docker/certs.d";
  /// Its registry-mirrors serve Docker Hub, behind those above; may be absent.
  std::filesystem::path daemon_config = "/etc/docker/daemon.json";
  /// Instead of RegistryCredentials::usual_files().
  std::optional<std::vector<std::filesystem::path>> credential_files;
  base::HttpOptions http{.stall_timeout = std::chrono::seconds(60), .slowest = 1024};
  base::Limits limits;
};

} // namespace portique::image
