#pragma once

// Puts the inspectors of builds behind the guard's seam: which request opens which of them, and
// whom they ask.

#include "portique/access/builds/build_sessions.h"
#include "portique/access/gate.h"
#include "portique/access/guard/stream_inspector.h"

namespace portique::access {

/// Both must outlive what is returned and every inspector that it makes.
InspectStream inspect_builds(Judge& judge, BuildSessions& sessions);

} // namespace portique::access
