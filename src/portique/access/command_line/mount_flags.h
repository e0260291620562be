#pragma once

// The ways in which a command line mounts something: --volume, --mount, --tmpfs.
// https://docs.docker.com/engine/storage/bind-mounts/

#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "portique/access/command_line/command.h"
#include "portique/base/result.h"

namespace portique::access {

/// What --volume comes to: a line of HostConfig.Binds, or an anonymous volume.
struct VolumeFlag {
  std::string bind;      ///< "" if anonymous
  std::string anonymous; ///< path in the container
};

base::Result<VolumeFlag> parse_volume_flag(std::string_view text, const CommandContext& context);

/// One --mount as the API has it.
base::Result<boost::json::object> parse_mount_flag(std::string_view text,
                                                   const CommandContext& context);

/// {"/run": "rw,noexec"} of "/run:rw,noexec".
boost::json::object parse_tmpfs_flags(const std::vector<std::string>& texts);

} // namespace portique::access
