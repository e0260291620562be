#pragma once

// A small HTTP server on a free port of 127.0.0.1 (http_server.py, run by python3): serves a folder
// as a mirror does, and misbehaves on request. Its paths are described in the script.

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "portique/test_support/script_server.h"

namespace portique::test_support {

class HttpServer {
public:
  /// Nothing if python3 is absent. `folder` is served under /files/. `how`: "unix:PATH" for a
  /// socket instead of a port; "tls:FOLDER", where make_certificates() was, for TLS with clients
  /// that show a certificate; "" for plain HTTP.
  static std::optional<HttpServer> start(const std::filesystem::path& folder,
                                         const std::string& how = "");

  /// "http://127.0.0.1:PORT" + path, or https
  [[nodiscard]] std::string url(const std::string& path) const { return origin_ + path; }

private:
  HttpServer(ScriptServer server, std::string origin)
      : server_(std::move(server)), origin_(std::move(origin)) {}

  ScriptServer server_;
  std::string origin_;
};

} // namespace portique::test_support

/// In a test body: `name` becomes a server over `folder`, or the test is skipped.
#define PQ_HTTP_SERVER_OR_SKIP(name, folder)                                                       \
  const auto name##_started = ::portique::test_support::HttpServer::start(folder);                 \
  if (!name##_started) GTEST_SKIP() << "python3 is not installed";                                 \
  const ::portique::test_support::HttpServer& name = *name##_started
