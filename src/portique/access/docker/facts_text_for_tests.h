#pragma once

// Facts as one line, for tables of tests.

#include <string>

#include "portique/access/workload_facts.h"

namespace portique::access {

/// "privileged; capabilities SYS_ADMIN,NET_ADMIN; host_paths /etc; root"; what is at its default is
/// left out.
inline std::string facts_text(const WorkloadFacts& facts) {
  std::string out;
  const auto word = [&](bool holds, std::string_view name) {
    if (holds) out.append(out.empty() ? "" : "; ").append(name);
  };
  const auto list = [&](const std::vector<std::string>& items, std::string_view name) {
    word(!items.empty(), name);
    for (std::size_t i = 0; i < items.size(); ++i)
      out.append(i == 0 ? " " : ",").append(items[i]);
  };
  list(facts.images, "images");
  word(facts.privileged, "privileged");
  list(facts.capabilities, "capabilities");
  list(facts.dropped, "dropped");
  list(facts.host_namespaces, "host");
  list(facts.joined_containers, "joined");
  list(facts.host_paths, "paths");
  list(facts.writable_host_paths, "writable");
  list(facts.volumes, "volumes");
  list(facts.network_shares, "shares");
  word(facts.engine_socket, "socket");
  list(facts.devices, "devices");
  list(facts.device_rules, "rules");
  list(facts.unconfined, "unconfined");
  word(facts.no_new_privileges, "no_new_privileges");
  word(!facts.user.empty(), "user " + facts.user);
  word(facts.root, "root");
  word(facts.root_filesystem_read_only, "read_only");
  word(facts.memory_limited, "memory");
  word(facts.cpu_limited, "cpu");
  word(facts.pids_limited, "pids");
  for (const PublishedPort& port : facts.ports)
    word(true,
         "port " + port.address + ":" + std::to_string(port.host_port) + ":" +
             std::to_string(port.container_port) + "/" + port.protocol);
  word(facts.publishes_all, "publishes_all");
  word(!facts.runtime.empty(), "runtime " + facts.runtime);
  word(!facts.cgroup_parent.empty(), "cgroup_parent " + facts.cgroup_parent);
  list(facts.annotations, "annotations");
  for (const auto& [name, value] : facts.sysctls)
    word(true, "sysctl " + name + "=" + value);
  word(!facts.restart.empty(), "restart " + facts.restart);
  list(facts.networks, "networks");
  list(facts.command, "command");
  list(facts.environment, "environment");
  list(facts.entitlements, "entitlements");
  return out;
}

} // namespace portique::access
