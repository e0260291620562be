#pragma once

// A request to an engine as a gate got it, before anybody says what it means.

#include <cstdint>
#include <string>
#include <vector>

#include "portique/http/server.h"

namespace portique::access {

enum class BodyState : std::uint8_t {
  Empty,    ///< there is none: the gate saw the whole message
  Whole,    ///< all of it is in `body`
  Streamed, ///< there is one, it flows by unread (a tar archive, a hijacked connection)
  Unseen,   ///< the gate was not shown one and cannot know whether there is one (the plugin)
};

struct EngineRequest {
  std::string method;
  std::string target; ///< as sent: origin or absolute form, not decoded
  std::vector<http::Header> headers;
  BodyState body_state = BodyState::Empty;
  std::string body;
};

} // namespace portique::access
