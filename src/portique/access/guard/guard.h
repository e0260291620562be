#pragma once

// The socket guard: a socket in front of the engine's own. It sees who calls and all that is asked,
// asks the Judge, and passes on byte for byte what is allowed.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <variant>

#include "portique/access/gate.h"
#include "portique/access/guard/stream_inspector.h"
#include "portique/access/pass_book.h"
#include "portique/base/result.h"
#include "portique/http/server.h"

namespace portique::access {

struct GuardOptions {
  /// TCP only with TLS and authorities for clients: otherwise nobody knows who calls.
  std::variant<http::UnixEndpoint, http::TcpEndpoint> endpoint;
  std::filesystem::path engine = "/run/docker.sock"; ///< Unix socket of the engine
  /// For an engine that asks a plugin of ours; null: it asks none. Outlives the guard.
  PassBook* passes = nullptr;
  std::size_t lanes = 4; ///< threads that move bytes and ask the judge
  std::size_t connections = 4096;
  /// A stack of compose files with its configs stays under 2 MiB; the engine's own bound is 4 MiB
  /// for most calls.
  std::uint64_t body_bytes = 16ULL << 20U;
  /// Bodies of all connections that are held to be judged.
  std::uint64_t all_bodies_bytes = 256ULL << 20U;
  std::chrono::seconds idle_timeout{600};
  std::chrono::seconds head_timeout{30}; ///< from a head's first byte to its last
  std::chrono::seconds body_timeout{60}; ///< between two pieces of a body that is waited for
};

class Guard {
public:
  /// The judge must outlive the guard.
  static base::Result<std::unique_ptr<Guard>>
  listen(const GuardOptions& options, Judge& judge, InspectStream inspect = {});

  Guard() = default;
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  virtual ~Guard() = default;

  /// Serves until stop(). Once only.
  virtual base::Result<void> run() = 0;
  /// From any thread. What is under way has a moment; streams that never end are cut.
  virtual void stop() = 0;
  virtual base::Result<void> reload_certificates() = 0;
  [[nodiscard]] virtual std::uint16_t port() const = 0; ///< of a TCP endpoint
};

} // namespace portique::access
