#pragma once

// Every regular file below a folder, in order. The folder may belong to a stranger: symbolic links
// are never followed, and what is listed is bounded.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "portique/base/fd.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"

namespace portique::image {

/// A regular file that the walk came to; valid during the call.
struct WalkedFile {
  std::string_view path; ///< from the walk's root, without leading slash
  std::uint32_t mode = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t size = 0;
  const base::Fd* folder = nullptr; ///< where it lies
  std::string name;                 ///< in that folder

  /// Opens it for reading. An invalid Fd if it is gone, or no regular file any more.
  [[nodiscard]] base::Result<base::Fd> open() const;
};

struct WalkOptions {
  bool one_file_system = false; ///< pass over what is mounted below the root
  /// Whether to pass over a folder or file; may be empty.
  std::function<bool(std::string_view path, bool is_folder)> passes_over;
};

/// Calls `on_file` for each regular file below `root`, folder by folder, by name. A folder that
/// cannot be listed goes to `on_unreadable`, and the walk goes on. Code::LimitExceeded above
/// `layer_entries` entries or for paths above `path_bytes`.
base::Result<void>
walk_folder(const std::filesystem::path& root,
            const WalkOptions& options,
            const base::Limits& limits,
            const std::function<base::Result<void>(const WalkedFile&)>& on_file,
            const std::function<void(std::string_view path, const base::Error&)>& on_unreadable);

} // namespace portique::image
