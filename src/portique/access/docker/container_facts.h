#pragma once

// What containers, services and plugins would be able to do, out of the engine's own structures.

#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "portique/access/docker/mount_facts.h"
#include "portique/access/docker/request_facts.h"

namespace portique::access {

/// Adds to facts. Borrows all that it is given. Objects are as read_go_json() leaves them.
class ContainerReader {
public:
  ContainerReader(WorkloadFacts& facts, EngineView& view, const FactOptions& options)
      : facts_(&facts), view_(&view), mounts_(facts, view, options) {}

  base::Result<void> configuration(const boost::json::object& config);
  base::Result<void> host_configuration(const boost::json::object& host);
  base::Result<void> endpoints(const boost::json::object& networking);
  /// What joins a network, EndpointSettings; null for none.
  void endpoint(const boost::json::object* settings);
  base::Result<void> service(const boost::json::object& spec);
  /// Limits, devices and restart policy: of HostConfig, and of an update.
  void resources(const boost::json::object& resources);
  void plugin(std::string_view remote, const boost::json::array& privileges);
  base::Result<void> network_mode(std::string_view mode);
  base::Result<void> network(std::string_view name);
  void security_option(std::string_view option);

private:
  base::Result<void> container_spec(const boost::json::object& spec);
  void service_privileges(const boost::json::object& privileges);
  void service_ports(const boost::json::object& endpoint);
  void plugin_privilege(std::string_view name, std::string_view value);
  void link(std::string_view text);
  void namespace_mode(std::string_view kind, std::string_view mode);
  base::Result<void> mounts(const boost::json::object& host);
  void security(const boost::json::object& host);
  void ports(const boost::json::object& bindings);
  void devices(const boost::json::object& resources);
  base::Result<void> user(std::string_view name, std::string_view image);

  WorkloadFacts* facts_;
  EngineView* view_;
  MountReader mounts_;
};

/// The names of "NAME=value" entries.
std::vector<std::string> variable_names(const boost::json::array& variables);

/// "no" is "".
std::string restart_name(std::string_view policy);

/// All that comes with it: every capability, nothing confined.
void set_privileged(WorkloadFacts& facts);

} // namespace portique::access
