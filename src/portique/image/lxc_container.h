#pragma once

// Containers of LXC: each is a folder with a file "config" that says where its root file system is
// (lxc.container.conf(5)).

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"

namespace portique::image {

struct LxcContainer {
  std::string name;
  std::filesystem::path rootfs; ///< the root file system, or what lies below the upper folder
  /// Of containers that only keep what differs from another one; "" for the others.
  std::filesystem::path upper;
};

/// Where LXC keeps its containers: what lxc.conf(5) of the system or the user says, else
/// /var/lib/lxc, for others than root ~/.local/share/lxc.
std::filesystem::path lxc_folder(const base::Limits& limits);

/// `name` is a container in `folder`, or the path of a container's own folder. Code::NotFound if
/// there is none, Code::Unsupported if its storage is not a folder and it does not run.
base::Result<LxcContainer> find_lxc_container(std::string_view name,
                                              const std::filesystem::path& folder,
                                              const base::Limits& limits);

/// The value of the last line "KEY = VALUE" for the key; "" if there is none.
std::string lxc_setting(std::string_view config, std::string_view key);

/// What lxc.rootfs.path says, folders only: "dir:/path", "/path", "overlay:/lower:/upper",
/// "btrfs:/path". Code::Unsupported for other storage.
base::Result<LxcContainer> parse_lxc_rootfs(std::string_view path);

} // namespace portique::image
