#pragma once

// Putting the gates in front of a Docker daemon, and taking them away again: units for systemd, and
// the plugin's name in daemon.json. Nothing is changed before it was shown, and the daemon is never
// told to use a plugin that does not answer: it would end.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "portique/base/result.h"

namespace portique::access {

struct InstallOptions {
  std::filesystem::path root = "/"; ///< units and state are put below it
  std::filesystem::path daemon_config = "/etc/docker/daemon.json";
  std::filesystem::path state_folder = "/var/lib/portique"; ///< what uninstalling needs
  std::string plugin = "portique";
  std::filesystem::path plugin_socket; ///< empty: /run/docker/plugins/PLUGIN.sock
  std::filesystem::path engine_socket = "/var/run/docker.sock";
  bool units = true;
  bool daemon = true;                ///< daemon.json, too
  bool reload = false;               ///< the daemon is told at once
  std::chrono::seconds patience{30}; ///< for the daemon to answer after the change
};

/// One file, and what becomes of it. Nothing stands for a file that is not there.
struct FileChange {
  std::filesystem::path path;
  std::optional<std::string> before;
  std::optional<std::string> after;
};

struct ChangePlan {
  std::vector<FileChange> changes; ///< those that change nothing are left out
  std::vector<std::string> notes;

  /// Of all files.
  [[nodiscard]] std::string diff() const;
};

/// What installing would change. Code::Unsupported if the daemon must not be touched: its plugin
/// does not answer, or its command line names plugins, which must not stand in daemon.json as well.
base::Result<ChangePlan> plan_install(const InstallOptions& options);

/// What uninstalling would change: files that were not touched since get exactly the bytes that
/// they had before, and daemon.json loses the plugin's name in any case.
base::Result<ChangePlan> plan_uninstall(const InstallOptions& options);

/// Writes each file by rename, remembers what was there (install), and tells the daemon if
/// `options.reload`. If the daemon does not take it, daemon.json is put back.
base::Result<void> apply_install(const ChangePlan& plan, const InstallOptions& options);
base::Result<void> apply_uninstall(const ChangePlan& plan, const InstallOptions& options);

} // namespace portique::access
