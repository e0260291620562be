#pragma once

// The configuration of the Docker daemon (/etc/docker/daemon.json) against all checks of its kind:
// https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file

#include <string_view>
#include <vector>

#include "portique/inspect/config_files/hit.h"
#include "portique/inspect/config_files/yaml_access.h"

namespace portique::inspect::daemon {

/// `root` is the outermost object.
void run_checks(const YamlNode& root, Hits& hits);

std::vector<std::string_view> check_ids();

/// Whether an object of no known name holds settings of the daemon.
bool is_daemon_config(const YamlNode& root);

} // namespace portique::inspect::daemon
