#pragma once

// --publish and --expose (docker/go-connections, nat.ParsePortSpec).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "portique/base/result.h"

namespace portique::access {

/// What the two flags add to a container's description.
struct PortFlags {
  boost::json::object exposed;  ///< {"80/tcp": {}}
  boost::json::object bindings; ///< {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}
};

base::Result<PortFlags> parse_port_flags(const std::vector<std::string>& published,
                                         const std::vector<std::string>& exposed);

/// The same for services: [{"Protocol": "tcp", "TargetPort": 80, ...}].
base::Result<boost::json::array> parse_service_ports(const std::vector<std::string>& published);

} // namespace portique::access
