#pragma once

// What a container would be able to do if a request were granted: the same facts out of Docker's
// create, update, exec and service calls, out of builds, and out of Kubernetes' pods, so that a
// rule means the same at every gate.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace portique::access {

struct PublishedPort {
  /// Of the host; "" for all. A range of ports is two of these: its first and its last.
  std::string address;
  std::uint16_t host_port = 0; ///< 0: any free one
  std::uint16_t container_port = 0;
  std::string protocol; ///< "tcp", "udp", "sctp"
};

struct WorkloadFacts {
  /// As the request names them; once a case is read, as image_names.h has them.
  std::vector<std::string> images;
  bool images_pinned = false; ///< all were asked for by digest or id, whatever their names are
  /// Names that images would get: by a build, a tag, a commit, an import.
  std::vector<std::string> produces;
  bool privileged = false;
  std::vector<std::string> capabilities; ///< that are added: "SYS_ADMIN", "ALL"
  std::vector<std::string> dropped;      ///< that are dropped
  /// "network", "pid", "ipc", "uts", "user", "cgroup": of the host.
  std::vector<std::string> host_namespaces;
  /// Containers whose namespaces or volumes are joined.
  std::vector<std::string> joined_containers;
  /// Paths of the host that are mounted, by whatever way, without "." and ".." and with symbolic
  /// links followed where that can be known.
  std::vector<std::string> host_paths;
  /// The ones among them that are writable.
  std::vector<std::string> writable_host_paths;
  std::vector<std::string> volumes; ///< named volumes
  /// What volumes bring over the network: "nfs:192.0.2.1:/srv", "cifs://files/team".
  std::vector<std::string> network_shares;
  bool engine_socket = false;       ///< a control socket of an engine, or a folder that holds one
  std::vector<std::string> devices; ///< paths on the host, and device requests: "gpu:nvidia"
  std::vector<std::string> device_rules;
  /// What is switched off: "seccomp", "apparmor", "selinux", "systempaths", "no-new-privileges" is
  /// not among them as it is off by default.
  std::vector<std::string> unconfined;
  bool no_new_privileges = false;
  std::string user; ///< as asked for, or the image's; "" if neither says
  bool root = false;
  bool root_filesystem_read_only = false;
  bool memory_limited = false;
  bool cpu_limited = false;
  bool pids_limited = false;
  std::vector<PublishedPort> ports;
  bool publishes_all = false;
  std::string runtime;
  std::string cgroup_parent;
  std::vector<std::string> annotations; ///< names only; the runtime reads them
  std::vector<std::pair<std::string, std::string>> sysctls;
  std::string restart; ///< "always", "on-failure", ...; "" for none
  std::vector<std::string> networks;
  std::vector<std::string> command;     ///< entry point and arguments, or what an exec runs
  std::vector<std::string> environment; ///< names only
  /// Builds: "network.host", "security.insecure", "secret", "ssh".
  std::vector<std::string> entitlements;
};

} // namespace portique::access
