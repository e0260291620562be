#pragma once

// Mounts of containers and services, whatever way they are asked for, and volumes that mount what
// they like.

#include <string_view>

#include <boost/json.hpp>

#include "portique/access/docker/request_facts.h"

namespace portique::access {

/// Whether the engine's local driver would mount what comes over the network, and nothing of the
/// host.
bool is_network_share(std::string_view type, std::string_view flags, std::string_view device);

/// Adds to facts. Borrows all that it is given.
class MountReader {
public:
  MountReader(WorkloadFacts& facts, EngineView& view, const FactOptions& options)
      : facts_(&facts), view_(&view), options_(&options) {}

  /// An entry of HostConfig.Binds: "/src:/dst:ro", "name:/dst", "/dst".
  base::Result<void> bind(std::string_view text);
  /// An entry of HostConfig.Mounts or of a service's Mounts.
  base::Result<void> mount(const boost::json::object& mount);
  /// An entry of VolumesFrom: "container:ro".
  base::Result<void> volumes_from(std::string_view text);
  /// A volume's driver options: of one that is created, or that exists.
  void volume_options(std::string_view driver, const boost::json::object& options, bool writable);
  void host_path(std::string_view path, bool writable);

  [[nodiscard]] HostSight sight() const { return options_->host; }

private:
  base::Result<void> named_volume(std::string_view name, bool writable);
  void named_in_options(std::string_view flags, bool writable);
  void host_side_of_share(std::string_view flags, bool writable);
  void local_option(std::string_view type,
                    std::string_view flags,
                    std::string_view device,
                    bool writable);

  WorkloadFacts* facts_;
  EngineView* view_;
  const FactOptions* options_;
};

} // namespace portique::access
