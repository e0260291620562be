#pragma once

#include "portique/access/workload_facts.h"

namespace portique::access {

/// A workload in which every fact has a value.
inline WorkloadFacts full_workload() {
  WorkloadFacts facts;
  facts.images = {"ghcr.io/app/api:2.1"};
  facts.produces = {"docker.io/library/app:1"};
  facts.privileged = true;
  facts.capabilities = {"SYS_ADMIN"};
  facts.dropped = {"ALL"};
  facts.host_namespaces = {"pid"};
  facts.joined_containers = {"db"};
  facts.host_paths = {"/etc"};
  facts.writable_host_paths = {"/etc"};
  facts.volumes = {"data"};
  facts.network_shares = {"nfs:192.0.2.1:/srv"};
  facts.engine_socket = true;
  facts.devices = {"/dev/sda"};
  facts.device_rules = {"a *:* rwm"};
  facts.unconfined = {"seccomp"};
  facts.no_new_privileges = true;
  facts.user = "root";
  facts.root = true;
  facts.root_filesystem_read_only = true;
  facts.memory_limited = true;
  facts.ports = {{"", 8080, 80, "tcp"}, {"127.0.0.1", 1, 2, "udp"}};
  facts.publishes_all = true;
  facts.runtime = "runsc";
  facts.cgroup_parent = "/system.slice";
  facts.annotations = {"io.katacontainers.x"};
  facts.sysctls = {{"net.core.somaxconn", "1024"}};
  facts.restart = "always";
  facts.networks = {"bridge"};
  facts.command = {"sh", "-c", "id; echo done"};
  facts.environment = {"PATH"};
  facts.entitlements = {"ssh"};
  return facts;
}

} // namespace portique::access
