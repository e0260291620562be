#pragma once

// The one member of Docker's daemon.json that matters here: "authorization-plugins".
// https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/result.h"

namespace portique::access {

/// The plugins that the configuration names; nothing on disk names none.
base::Result<std::vector<std::string>>
authorization_plugins(const std::optional<std::string>& text);

/// The configuration with the plugin, after those that it has. All other bytes stay as they are,
/// unless there is such a list already. Code::Malformed if it is no JSON object.
base::Result<std::string> with_authorization_plugin(const std::optional<std::string>& text,
                                                    const std::string& plugin);

/// The configuration without the plugin, written anew.
base::Result<std::string> without_authorization_plugin(const std::string& text,
                                                       const std::string& plugin);

} // namespace portique::access
