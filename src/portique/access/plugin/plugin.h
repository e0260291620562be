#pragma once

// The authorization plugin of Docker's daemon: a Judge behind a socket.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "portique/access/gate.h"
#include "portique/access/pass_book.h"
#include "portique/base/result.h"

namespace portique::access {

struct PluginOptions {
  /// The daemon looks for NAME.sock here, and asks it if it is started with
  /// --authorization-plugin=NAME.
  std::filesystem::path socket = "/run/docker/plugins/portique.sock";
  std::size_t threads = 32; ///< so many questions may wait for a decision at a time
  /// Of the judge's own requests to the daemon, see PluginProtocol.
  std::string view_token;
  PassBook* passes = nullptr; ///< of guards before the same daemon; outlives the plugin
};

class Plugin {
public:
  /// The judge must outlive the plugin. Only the socket's owner may connect: whoever else could
  /// would be a daemon that makes up its users.
  static base::Result<std::unique_ptr<Plugin>> listen(const PluginOptions& options, Judge& judge);

  Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  virtual ~Plugin() = default;

  /// Serves until stop(). Once only.
  virtual base::Result<void> run() = 0;
  /// From any thread.
  virtual void stop() = 0;
};

} // namespace portique::access
