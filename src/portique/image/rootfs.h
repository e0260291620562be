#pragma once

// Files of a root file system that lies in a folder, found as a process chrooted there would find
// them: the kernel resolves every symbolic link inside the folder (openat2, RESOLVE_IN_ROOT).

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/fd.h"
#include "portique/base/result.h"

namespace portique::image {

struct RootfsFile {
  std::string path; ///< as it was asked for, "*" filled in; without leading slash
  base::Fd file;
  std::uint64_t size = 0;
  std::uint64_t device = 0; ///< with `inode`: the same file found by two paths
  std::uint64_t inode = 0;
};

class Rootfs {
public:
  static base::Result<Rootfs> open(const std::filesystem::path& folder);

  /// The regular files at a location ("var/lib/dpkg/status", components may have one "*"). What
  /// does not exist is no error; what exists and cannot be opened is.
  [[nodiscard]] base::Result<std::vector<RootfsFile>> find(std::string_view location) const;

private:
  explicit Rootfs(base::Fd folder) : folder_(std::move(folder)) {}

  base::Fd folder_;
};

} // namespace portique::image
