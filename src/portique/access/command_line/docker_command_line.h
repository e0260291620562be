#pragma once

// What Docker's client would ask the engine for, told from its command line alone: no engine and no
// client is needed. Held against the client itself by a test (docker_client_recorder.py).

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/access/docker/engine_request.h"
#include "portique/base/result.h"

namespace portique::access {

/// What a command line means depends on where it is typed.
struct CommandLineOptions {
  std::string folder = "/";                           ///< relative paths begin here
  std::string engine_socket = "/var/run/docker.sock"; ///< where the client finds the engine
  std::string api_version = "1.41";
  /// Files that the line names (env files, seccomp profiles); empty: the machine's.
  std::function<base::Result<std::string>(const std::string& path)> read_file;
  /// A variable of the environment, or nothing; empty: the process's.
  std::function<const char*(const char* name)> environment;
};

struct CommandLine {
  std::vector<EngineRequest> requests; ///< in the order in which they are sent; no pings
  std::vector<std::string> notes;      ///< what else would happen, depending on the engine
};

/// How the container and the exec instance are named that the first request of the line makes.
inline constexpr std::string_view kNewContainer =
    "0000000000000000000000000000000000000000000000000000000000000000";
inline constexpr std::string_view kNewExec =
    "1111111111111111111111111111111111111111111111111111111111111111";

/// `words` begin behind "docker". Code::InvalidArgument for what the client would not take,
/// Code::Unsupported for commands whose requests only an engine's answers tell (service update).
base::Result<CommandLine> docker_requests(std::span<const std::string> words,
                                          const CommandLineOptions& options);

} // namespace portique::access
