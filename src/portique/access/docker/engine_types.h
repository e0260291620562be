#pragma once

// The Go types that the engine reads the bodies of its API into: the union over 1.24 to 1.55, so
// that a member means something here if it means something to any engine.

#include <string_view>

#include "portique/access/docker/go_json.h"

namespace portique::access {

/// What the body of an action of BodyUse::Json or OptionalJson is read into, or nullptr.
const GoType* engine_body_type(std::string_view action);

/// Whether a name is a field of HostConfig.
bool is_host_config_member(std::string_view name);

} // namespace portique::access
