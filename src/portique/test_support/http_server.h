#pragma once

// A small HTTP server on a free port of 127.0.0.1 (http_server.py, run by python3): serves a folder
// as a mirror does, and misbehaves on request. Its paths are described in the script.

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <sys/types.h>

namespace portique::test_support {

class HttpServer {
public:
  /// Nothing if python3 is absent. `folder` is served under /files/.
  static std::optional<HttpServer> start(const std::filesystem::path& folder) {
    return start(folder, "");
  }

  /// The same on "unix:PATH", or on a port with "tls:FOLDER", where make_certificates() was, and
  /// only for clients that show a certificate; "": plain.
  static std::optional<HttpServer> start(const std::filesystem::path& folder,
                                         const std::string& how);
  ~HttpServer();
  HttpServer(HttpServer&& other) noexcept;
  HttpServer& operator=(HttpServer&&) = delete;
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// "http://127.0.0.1:PORT" + path, or https
  [[nodiscard]] std::string url(const std::string& path) const;

private:
  HttpServer(pid_t pid, int keep_alive, std::string origin)
      : pid_(pid), keep_alive_(keep_alive), origin_(std::move(origin)) {}

  pid_t pid_ = -1;
  int keep_alive_ = -1; ///< the server ends when this end of its standard input is closed
  std::string origin_;
};

} // namespace portique::test_support

/// In a test body: `name` becomes a server over `folder`, or the test is skipped.
#define PQ_HTTP_SERVER_OR_SKIP(name, folder)                                                       \
  const auto name##_started = ::portique::test_support::HttpServer::start(folder);                 \
  if (!name##_started) GTEST_SKIP() << "python3 is not installed";                                 \
  const ::portique::test_support::HttpServer& name = *name##_started
