#pragma once

#include "portique/base/result.h"
#include "portique/http/message_head.h"

namespace portique::access {

/// Which requests may turn their connection into a stream of something else. Bytes behind such a
/// request are judged by nobody but a StreamInspector, so that whatever could make engine and guard
/// disagree about it is refused: an error says why.
base::Result<void> check_upgrade(const http::RequestHead& request);

/// Whether this answer begins such a stream. Only what the engine itself says counts.
bool begins_stream(const http::RequestHead& request, const http::ResponseHead& answer);

} // namespace portique::access
