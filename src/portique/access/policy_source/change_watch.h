#pragma once

// Tells when files change, by inotify: written in place, replaced by rename, or reached through
// symbolic links that are turned round (as Kubernetes does it with "..data").

#include <chrono>
#include <filesystem>
#include <vector>

#include "portique/base/fd.h"
#include "portique/base/result.h"

namespace portique::access {

class ChangeWatch {
public:
  static base::Result<ChangeWatch> open();

  /// What is watched from now on: every folder on the way in which a change of the name could lead
  /// elsewhere, the last one included. What does not exist (yet) is watched from as near as can be.
  void set_paths(const std::vector<std::filesystem::path>& paths);

  /// Until something changes in the folders (and has been quiet for a moment), `longest` is over,
  /// or wake() was called.
  void wait(std::chrono::milliseconds longest);

  /// From any thread.
  void wake() const;

private:
  ChangeWatch(base::Fd inotify, base::Fd event)
      : inotify_(std::move(inotify)), event_(std::move(event)) {}

  base::Fd inotify_;
  base::Fd event_;
  std::vector<int> watches_;
};

/// The folders that set_paths() watches for one path.
std::vector<std::filesystem::path> folders_on_the_way(const std::filesystem::path& path);

} // namespace portique::access
