#pragma once

// Registries on free ports of 127.0.0.1, for tests.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "portique/test_support/script_server.h"

namespace portique::test_support {

/// A registry of our own (registry_server.py) over an OCI layout. How it misbehaves is told by the
/// repository's first part, as described in the script: "cut/app" breaks off in the middle of
/// blobs.
class RegistryServer {
public:
  /// Nothing if python3 is absent. With `certs` it speaks https, and puts its authority there
  /// as certs.d has it (HOST:PORT/ca.crt); then also nothing if openssl is absent.
  static std::optional<RegistryServer> start(const std::filesystem::path& layout,
                                             const std::filesystem::path& certs = {});

  /// "127.0.0.1:PORT".
  [[nodiscard]] const std::string& host() const { return host_; }

  /// Where it redirects to: a second server, which speaks plain http.
  [[nodiscard]] const std::string& other_host() const { return other_host_; }

  /// What either was asked so far: "HOST METHOD PATH [authorization=...] [range=...]".
  [[nodiscard]] std::vector<std::string> log() const;

private:
  RegistryServer(ScriptServer server, std::string host, std::string other_host)
      : server_(std::move(server)), host_(std::move(host)), other_host_(std::move(other_host)) {}

  ScriptServer server_;
  std::string host_;
  std::string other_host_;
};

/// Debian's docker-registry over an empty folder.
class DockerRegistry {
public:
  struct Options {
    bool tls = false;           ///< https, its authority in certs() / "ca.crt"
    bool client_certs = false;  ///< ... and only for clients with a certificate
    std::string user, password; ///< basic authentication, if not ""
  };

  /// Nothing if it, or what the options need (openssl, htpasswd), is not installed.
  static std::optional<DockerRegistry> start(const std::filesystem::path& folder,
                                             const Options& options);

  /// "127.0.0.1:PORT".
  [[nodiscard]] const std::string& host() const { return host_; }

  /// A folder as certs.d, with what is needed for host(): also for `skopeo --cert-dir` of
  /// certs() / host().
  [[nodiscard]] const std::filesystem::path& certs() const { return certs_; }

private:
  DockerRegistry(ScriptServer server, std::string host, std::filesystem::path certs)
      : server_(std::move(server)), host_(std::move(host)), certs_(std::move(certs)) {}

  ScriptServer server_;
  std::string host_;
  std::filesystem::path certs_;
};

} // namespace portique::test_support
