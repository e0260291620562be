#pragma once

// How the gates of this machine are: whether they answer, which policy serves, what the daemon's
// version leaves open, and how the trail is.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "portique/access/docker/known_bypasses.h"
#include "portique/access/install/engine_probe.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::access {

struct StatusOptions {
  std::string plugin = "portique";
  std::filesystem::path plugin_socket = "/run/docker/plugins/portique.sock";
  std::filesystem::path guard_socket; ///< "": no guard is expected
  std::filesystem::path engine_socket = "/run/docker.sock";
  std::filesystem::path trail = "/var/lib/portique/audit";
};

struct GateAnswer {
  std::string name; ///< "plugin", "guard"
  std::string socket;
  bool answers = false;
  std::string problem; ///< why it does not
};

/// What the trail's last lines about the policy say.
struct ServingPolicy {
  std::string version; ///< as every decision names it; "" if the trail does not say
  std::string name;    ///< "" if it began to serve longer ago than is searched
  std::string since;   ///< likewise
  std::string problem; ///< why a later offer does not serve
};

struct TrailState {
  std::uint64_t files = 0;
  std::uint64_t last_line = 0;
  std::string last_time;   ///< of the last line that has one
  std::string last_policy; ///< version by which the last decision was made
  std::string signed_at;   ///< of the newest signed head
  std::uint64_t refused =
      0; ///< lines that say that events could not be written, in the newest file
  std::string problem;
};

struct AuthzStatus {
  std::vector<GateAnswer> gates;
  std::optional<EngineAnswer> engine;
  std::string engine_problem;
  /// Whether the daemon was started or configured with the plugin, as far as it says.
  bool daemon_names_plugin = false;
  std::vector<BypassState> bypasses; ///< none if the engine's version is not known
  ServingPolicy policy;
  TrailState trail;

  /// Whether all is as it should be.
  [[nodiscard]] bool is_well() const;
};

AuthzStatus look_at_gates(const StatusOptions& options);

} // namespace portique::access
