#pragma once

// Containers of an OCI runtime (runc, crun) without an engine above it: the runtime keeps a state
// file for each, which names the bundle: a folder with config.json and the root file system.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"

namespace portique::image {

struct OciBundle {
  std::string id;               ///< "" for a bundle that was named by its folder
  std::filesystem::path bundle; ///< its folder; "" if the state does not say it
  std::filesystem::path rootfs; ///< of the running container if there is one
};

/// Folders in which runtimes and the engines above them keep their states.
std::vector<std::filesystem::path> runtime_state_folders();

/// `name` is the folder of a bundle, or the id of a container in one of the state folders.
/// Code::NotFound if there is none, or if its root file system cannot be seen from here.
base::Result<OciBundle> find_oci_bundle(std::string_view name,
                                        const std::vector<std::filesystem::path>& state_folders,
                                        const base::Limits& limits);

/// What a state file says.
struct RuntimeState {
  std::string rootfs; ///< "" if it does not say
  std::string bundle;
  int pid = 0;               ///< of the container's first process
  std::uint64_t started = 0; ///< in clock ticks since boot; 0 if unknown
};

/// runc's state.json and crun's status.
base::Result<RuntimeState> parse_runtime_state(std::string_view json);

/// root.path of a bundle's config.json.
base::Result<std::string> parse_bundle_root(std::string_view json);

} // namespace portique::image
