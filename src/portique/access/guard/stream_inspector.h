#pragma once

// Looks at what flows through the guard unread otherwise: the body of a request that is not needed
// to judge it (a build's context), or both directions of a connection that was upgraded.

#include <functional>
#include <memory>
#include <string_view>

#include "portique/access/docker/engine_request.h"
#include "portique/access/gate.h"
#include "portique/access/identity.h"
#include "portique/base/result.h"

namespace portique::access {

/// One thread at a time calls it, not always the same one. It may take its time (ask a Judge):
/// nobody else waits meanwhile.
class StreamInspector {
public:
  StreamInspector() = default;
  StreamInspector(const StreamInspector&) = delete;
  StreamInspector& operator=(const StreamInspector&) = delete;
  virtual ~StreamInspector() = default;

  /// Bytes before they are passed on: the body's content (without chunk sizes), or what follows
  /// the upgrade. After an error the connection is cut; its message tells the client why, if no
  /// answer has begun.
  virtual base::Result<void> on_client_bytes(std::string_view bytes) = 0;
  /// Only of an upgraded connection.
  virtual base::Result<void> on_engine_bytes(std::string_view bytes) = 0;
};

/// Makes the inspector for a request that was allowed and whose body or connection will flow by;
/// nullptr: it flows uninspected. An error denies the request.
using InspectStream = std::function<base::Result<std::unique_ptr<StreamInspector>>(
    const EngineRequest& request, const Identity& caller, const Ruling& ruling)>;

} // namespace portique::access
