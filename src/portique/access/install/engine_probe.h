#pragma once

// Whether gates and engines answer: asked before anything is changed that depends on it.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "portique/base/result.h"

namespace portique::access {

/// Whether an authorization plugin answers at the socket. dockerd ends when it is told to use one
/// that does not. Any error means no.
base::Result<void> probe_plugin(const std::filesystem::path& socket);

struct EngineAnswer {
  std::string version;              ///< "20.10.24"
  std::string api_version;          ///< "1.41"
  std::vector<std::string> plugins; ///< authorization plugins that are in use
};

/// What the engine at a socket (its own, or the guard's) says of itself.
base::Result<EngineAnswer> probe_engine(const std::filesystem::path& socket);

/// Who serves a Unix socket: the process that listens, by its peer's credentials.
base::Result<pid_t> socket_owner(const std::filesystem::path& socket);

/// The command line of a process.
base::Result<std::vector<std::string>> command_line_of(pid_t process);

} // namespace portique::access
