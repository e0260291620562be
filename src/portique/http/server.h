#pragma once

// An HTTP/1.1 server (RFC 9112) for small messages: whole requests in, whole answers out, on a Unix
// socket or on TCP, with or without TLS. What relays streams is access/guard.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "portique/base/result.h"
#include "portique/http/peer.h"

namespace portique::http {

struct Header {
  std::string name; ///< as sent
  std::string value;
};

/// The first header of that name (whatever its case), or "".
std::string_view header_value(const std::vector<Header>& headers, std::string_view name);

struct Request {
  std::string method;
  std::string target; ///< as sent
  std::vector<Header> headers;
  std::string body;
  Peer peer;
};

struct Response {
  int status = 200;
  std::vector<Header> headers; ///< without Content-Length and Connection, which the server writes
  std::string body;            ///< not sent in answer to HEAD
};

/// PEM files of a TLS listener. They are read again by Server::reload_certificates().
struct TlsFiles {
  std::filesystem::path certificate; ///< with its chain
  std::filesystem::path key;
  std::filesystem::path client_authorities; ///< set: clients must show a certificate of these
};

struct UnixEndpoint {
  std::filesystem::path path;
  unsigned mode = 0660;
  std::string group; ///< name of the group that owns the socket; "": the process's
};

struct TcpEndpoint {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0; ///< 0: a free one
  std::optional<TlsFiles> tls;
};

/// "0.0.0.0:8443", "[::]:8443", ":8443" (every address). Code::InvalidArgument for anything else.
base::Result<TcpEndpoint> parse_tcp_endpoint(std::string_view text);

struct ServerOptions {
  std::variant<UnixEndpoint, TcpEndpoint> endpoint;
  std::size_t threads = 4; ///< that handlers run on: so many may wait for something at a time
  std::uint64_t head_bytes = 64ULL << 10U;
  std::uint64_t body_bytes = 8ULL << 20U;
  std::size_t connections = 4096; ///< further ones wait to be accepted
  std::chrono::seconds idle_timeout{60};
  std::chrono::seconds request_timeout{30}; ///< from a request's first byte to its last
  /// How long a handler may take, asked for each request; empty: as long as it wants. When the time
  /// is over the client gets `late_answer`, and what the handler says later is lost.
  std::function<std::chrono::milliseconds()> handler_limit;
  Response late_answer{.status = 503};
  /// Tried before the handler, on the thread where bytes come in: for what is usually quick, and
  /// waits for nobody who may send a request here. Nothing: the handler is asked.
  std::function<std::optional<Response>(const Request&)> at_once;
  /// Tried before that, for what never takes longer than to look at the request.
  std::function<std::optional<Response>(const Request&)> without_thought;
};

/// Called on one of the server's threads, several at a time, never where bytes come in: what a
/// handler waits for may itself send a request here (dockerd asks its plugin about the gate's own
/// questions). An exception becomes status 500.
using Handler = std::function<Response(const Request&)>;

class Server {
public:
  /// Binds and begins to listen; nothing is served before run(). A socket file that a dead process
  /// left behind is replaced, a live one is an error.
  static base::Result<std::unique_ptr<Server>> listen(const ServerOptions& options,
                                                      Handler handler);
  virtual ~Server() = default;

  /// Serves until stop(). Requests that were begun are finished, for a moment. Once only.
  virtual base::Result<void> run() = 0;
  /// From any thread.
  virtual void stop() = 0;

  /// New connections get the files' present content; if it cannot be used, the old one goes on.
  virtual base::Result<void> reload_certificates() = 0;

  [[nodiscard]] virtual std::uint16_t port() const = 0; ///< of a TCP endpoint
};

} // namespace portique::http
